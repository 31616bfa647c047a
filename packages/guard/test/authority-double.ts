// An authority that tests control: a real HTTP server with keys of its own that speaks the protocol
// of ../src/protocol, and can be made to break it in every way.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJwk, generateKey, type Key, sign } from '@signet/token'
import type { FeedPage, FeedPulse, Metadata, RevocationEntry } from '../src/protocol/index.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface IssueOptions {
  key?: Key
  type?: string
  expiresIn?: number
  audience?: string | string[]
}

const PULSE_MS = 50

export class AuthorityDouble {
  readonly #server = createServer((request, response) => this.#answer(request, response))
  readonly #sockets = new Set<Socket>()
  readonly #streams = new Map<ServerResponse, number>()
  readonly #hits: string[] = []
  readonly #log: RevocationEntry[] = []
  #port = 0
  #pulses: NodeJS.Timeout | undefined
  epoch = 'e1'
  /** Keys that are published; the first one signs. */
  keys: Key[] = []
  cacheControl = 'max-age=600'
  audience = 'https://service.example'
  /** Set to let a path be answered in another way. */
  readonly overrides = new Map<string, Handler>()
  /** How far its clock is from the machine's. */
  aheadMs = 0
  /** While true, streams stay open and say nothing. */
  isSilent = false
  /** Set to close the feed: only a client with these credentials gets in. Introspection always is. */
  client: { id: string; secret: string } | null = null
  /** Ended for the authority, whether or not the feed has told it. */
  readonly inactive = new Set<string>()
  /** The `Authorization` of each request, by path; null where it had none. */
  readonly authorizations: [path: string, value: string | null][] = []
  /** The cursor each stream asked to resume behind. */
  readonly resumed: (string | null)[] = []

  static async start(): Promise<AuthorityDouble> {
    const double = new AuthorityDouble()
    double.keys = [await generateKey('ES256')]
    double.#server.on('connection', (socket) => {
      double.#sockets.add(socket)
      socket.on('close', () => double.#sockets.delete(socket))
    })
    await double.up()
    return double
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get cursor(): string {
    return `${this.epoch}.${this.#log.length}`
  }

  get openStreams(): number {
    return this.#streams.size
  }

  async up(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
    this.#pulses = setInterval(() => this.pulse(), PULSE_MS)
  }

  /** Refuses connections and cuts those that are open. */
  async down(): Promise<void> {
    clearInterval(this.#pulses)
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.down()
  }

  hits(path: string): number {
    return this.#hits.filter((hit) => hit === path).length
  }

  issue(claims: Record<string, unknown> = {}, options: IssueOptions = {}): string {
    const { key = this.keys[0], type = 'at+jwt', expiresIn = 900, audience } = options
    if (key === undefined) throw new Error('no key')
    const defaults = { sub: 'acc_1', client_id: 'signet', sid: 'ses_1', ver: 1, jti: 'jti_1' }
    return sign({ ...defaults, ...claims }, key, {
      issuer: this.issuer,
      audience: audience ?? this.audience,
      expiresIn,
      type,
    })
  }

  revoke(...entries: Partial<RevocationEntry>[]): void {
    for (const entry of entries) {
      const expiresAt = Math.floor(Date.now() / 1000) + 960
      this.#log.push({ kind: 'session', id: 'ses_1', expiresAt, ...entry })
    }
    for (const [stream, sequence] of this.#streams) this.#sendPage(stream, sequence)
  }

  announceKeys(): void {
    for (const stream of this.#streams.keys()) stream.write('event: keys\ndata: {}\n\n')
  }

  cutStreams(): void {
    for (const stream of this.#streams.keys()) stream.destroy()
    this.#streams.clear()
  }

  pulse(head = this.cursor): void {
    if (this.isSilent) return
    for (const stream of this.#streams.keys()) this.#sendPulse(stream, head)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    this.#hits.push(path)
    this.authorizations.push([path, request.headers.authorization ?? null])
    const handler = this.overrides.get(path) ?? this.#handlers[path]
    if (handler === undefined) response.writeHead(404).end()
    else handler(request, response)
  }

  readonly #handlers: Record<string, Handler> = {
    '/.well-known/openid-configuration': (_request, response) =>
      sendJson(response, this.metadata()),
    '/.well-known/jwks.json': (request, response) => this.sendKeys(request, response),
    '/revocations/stream': (request, response) => {
      if (this.client !== null && !this.#isClient(request)) refuseClient(response)
      else this.openStream(request, response)
    },
    '/oauth/introspect': (request, response) => void this.introspect(request, response),
  }

  metadata(): Metadata {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/.well-known/jwks.json`,
      revocation_stream_endpoint: `${this.issuer}/revocations/stream`,
      introspection_endpoint: `${this.issuer}/oauth/introspect`,
    }
  }

  sendKeys(request: IncomingMessage, response: ServerResponse): void {
    const etag = `"${this.keys.map((key) => key.kid).join()}"`
    response.setHeader('etag', etag)
    response.setHeader('cache-control', this.cacheControl)
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end()
      return
    }
    sendJson(response, { keys: this.keys.map(exportJwk) })
  }

  async introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isClient(request)) return refuseClient(response)
    const form = new URLSearchParams(await text(request))
    const token = form.get('token') ?? ''
    sendJson(response, { active: token.length > 1 && !this.inactive.has(token) })
  }

  #isClient(request: IncomingMessage): boolean {
    const { id = '', secret = '' } = this.client ?? {}
    const basic = Buffer.from(`${id}:${secret}`).toString('base64')
    return request.headers.authorization === `Basic ${basic}`
  }

  openStream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    const cursor = request.headers['last-event-id']?.toString() ?? null
    this.resumed.push(cursor)
    const [epoch, sequence] = cursor?.split('.') ?? []
    const canResume = epoch === this.epoch && Number(sequence) <= this.#log.length
    openStreamTimes.set(response, performance.now())
    this.#streams.set(response, 0)
    response.on('close', () => this.#streams.delete(response))
    if (this.isSilent) return
    this.#sendPage(response, canResume ? Number(sequence) : null)
    this.#sendPulse(response, this.cursor)
  }

  #sendPage(stream: ServerResponse, after: number | null): void {
    this.#streams.set(stream, this.#log.length)
    if (this.isSilent || after === this.#log.length) return
    const page: FeedPage = {
      cursor: this.cursor,
      entries: this.#log.slice(after ?? 0),
      complete: true,
      ...(after === null ? { reset: true } : {}),
    }
    stream.write(`event: revoked\nid: ${page.cursor}\ndata: ${JSON.stringify(page)}\n\n`)
  }

  #sendPulse(stream: ServerResponse, head: string): void {
    const readAfterMs = performance.now() - (openStreamTimes.get(stream) ?? performance.now())
    const pulse: FeedPulse = { head, readAfterMs, now: Date.now() + this.aheadMs }
    stream.write(`event: pulse\ndata: ${JSON.stringify(pulse)}\n\n`)
  }
}

const openStreamTimes = new WeakMap<ServerResponse, number>()

function refuseClient(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="signet"' }).end()
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}

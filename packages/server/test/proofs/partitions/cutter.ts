// A TCP connection that can be cut in the ways in which networks cut them. It stands between two
// programs and passes what they send; while it is cut it does something else with it.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * `hold`: nothing passes, and what was held arrives when it is over, as TCP sends it again. `lose`:
 * nothing passes, and those connections never recover: some box on the way forgot them.
 */
export interface Cut {
  readonly how: 'reset' | 'hold' | 'lose' | 'drip' | 'delay'
  /** Which way, as the client sees it; a reset ends both. */
  readonly direction: 'both' | 'out' | 'in'
  /** Only connections whose client sends something that matches. */
  readonly only: RegExp | null
  /** Of a drip. */
  readonly bytesPerSecond?: number
  /** Of a delay. */
  readonly ms?: number
}

const DRIP_MS = 250

export class Cutter {
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
  readonly #links = new Set<Link>()
  readonly #target: () => number
  #cut: Cut | null = null
  /** How often a connection, or a request on one, was seen to ask for this. */
  readonly #asked = new Map<string, number>()

  private constructor(target: () => number) {
    this.#target = target
  }

  /** Between whoever connects to its port and `target` on this machine. */
  static async open(target: () => number): Promise<Cutter> {
    const cutter = new Cutter(target)
    cutter.#server.listen(0, '127.0.0.1')
    await once(cutter.#server, 'listening')
    return cutter
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** From now on, for connections that are open and for new ones. */
  cut(cut: Cut): void {
    for (const link of this.#links) if (link.isLost) link.reset()
    this.#cut = cut
    for (const link of this.#links) link.obey(cut)
  }

  heal(): void {
    this.#cut = null
    for (const link of this.#links) link.obey(null)
  }

  /** How many requests of HTTP began with these words. */
  countOf(words: string): number {
    return this.#asked.get(words) ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links) link.reset()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    const link = new Link({
      client,
      server: connect({ port: this.#target(), host: '127.0.0.1', allowHalfOpen: true }),
      onAsked: (words) => this.#asked.set(words, this.countOf(words) + 1),
      onClose: () => this.#links.delete(link),
    })
    this.#links.add(link)
    link.obey(this.#cut)
  }
}

class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #out: Pipe
  readonly #in: Pipe
  /** What the client has sent so far that tells what the connection is for. */
  #said = ''
  #cut: Cut | null = null
  isLost = false

  constructor(parts: {
    client: Socket
    server: Socket
    onAsked: (words: string) => void
    onClose: () => void
  }) {
    const { client, server } = parts
    this.#client = client
    this.#server = server
    this.#out = new Pipe(client, server)
    this.#in = new Pipe(server, client)
    client.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      for (const [words] of text.matchAll(/^(?:GET|POST) \/\S*/gm)) parts.onAsked(words)
      // A line of its own: a request may follow a body that ended without one.
      this.#said = `${this.#said}\n${text}`.slice(-2_000)
      this.obey(this.#cut)
    })
    for (const [socket, other] of [
      [client, this.#out],
      [server, this.#in],
    ] as const) {
      // What broke is passed on as what it is, or is held like everything else.
      socket.on('error', () => other.break())
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) parts.onClose()
      })
    }
  }

  obey(cut: Cut | null): void {
    this.#cut = cut
    if (this.isLost) return
    if (cut === null || (cut.only !== null && !cut.only.test(this.#said))) {
      this.#out.obey(null)
      this.#in.obey(null)
      return
    }
    if (cut.how === 'reset') {
      this.reset()
      return
    }
    if (cut.how === 'lose') this.isLost = true
    this.#out.obey(cut.direction === 'in' ? null : cut)
    this.#in.obey(cut.direction === 'out' ? null : cut)
  }

  reset(): void {
    this.#out.obey(null)
    this.#in.obey(null)
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }
}

type Piece = { readonly dueAt: number } & (
  | { readonly bytes: Buffer }
  | { readonly end: 'fin' | 'rst' }
)

/** One direction of a connection. */
class Pipe {
  readonly #sink: Socket
  #waiting: Piece[] = []
  #cut: Cut | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(source: Socket, sink: Socket) {
    this.#sink = sink
    source.on('data', (bytes: Buffer) => this.#take({ dueAt: this.#dueAt(), bytes }))
    source.on('end', () => this.#take({ dueAt: this.#dueAt(), end: 'fin' }))
    sink.on('close', () => clearInterval(this.#timer))
  }

  obey(cut: Cut | null): void {
    this.#cut = cut
    clearInterval(this.#timer)
    if (cut?.how === 'drip')
      this.#timer = setInterval(() => this.#drip(cut.bytesPerSecond), DRIP_MS)
    if (cut?.how === 'delay') this.#timer = setInterval(() => this.#pass(), 20)
    this.#pass()
  }

  /** The source broke. */
  break(): void {
    this.#take({ dueAt: this.#dueAt(), end: 'rst' })
  }

  #dueAt(): number {
    return performance.now() + (this.#cut?.how === 'delay' ? (this.#cut.ms ?? 0) : 0)
  }

  #take(piece: Piece): void {
    this.#waiting.push(piece)
    this.#pass()
  }

  #pass(): void {
    const how = this.#cut?.how
    if (how === 'hold' || how === 'lose' || how === 'drip') return
    while (this.#waiting[0] !== undefined) {
      if (how === 'delay' && this.#waiting[0].dueAt > performance.now()) return
      this.#send(this.#waiting.shift() as Piece)
    }
  }

  #drip(bytesPerSecond = 1): void {
    const [first] = this.#waiting
    if (first === undefined) return
    this.#waiting.shift()
    if (!('bytes' in first)) {
      this.#send(first)
      return
    }
    const count = Math.ceil((bytesPerSecond * DRIP_MS) / 1000)
    this.#send({ ...first, bytes: first.bytes.subarray(0, count) })
    const rest = first.bytes.subarray(count)
    if (rest.length > 0) this.#waiting.unshift({ ...first, bytes: rest })
  }

  #send(piece: Piece): void {
    if (this.#sink.destroyed) return
    if ('bytes' in piece) this.#sink.write(piece.bytes)
    else if (piece.end === 'fin') this.#sink.end()
    else this.#sink.resetAndDestroy()
  }
}

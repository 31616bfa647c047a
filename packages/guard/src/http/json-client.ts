import { untilAborted } from './until-aborted.ts'

export type Fetch = typeof globalThis.fetch

interface JsonRequest {
  url: URL
  maxBytes: number
}

export interface JsonQuestion extends JsonRequest {
  /** Sent as `If-None-Match`. */
  etag?: string | null
}

export interface JsonForm extends JsonRequest {
  /** Sent as application/x-www-form-urlencoded. */
  form: Readonly<Record<string, string>>
  authorization: string | null
}

export type JsonAnswer =
  | { status: 200; body: unknown; etag: string | null; maxAgeSeconds: number | null }
  | { status: 304; maxAgeSeconds: number | null }

/** The other side answered, with another status than 200 or 304. */
export class StatusError extends Error {
  readonly status: number

  constructor(url: URL, status: number) {
    super(`${url.href} answered ${status}`)
    this.name = 'StatusError'
    this.status = status
  }
}

export interface JsonClient {
  /**
   * One GET of a JSON document, with a limit for its size and for the time it takes in all.
   * Redirects are not followed.
   *
   * @throws StatusError, Error
   */
  get(question: JsonQuestion): Promise<JsonAnswer>
  /** One POST of a form, with the same limits; the JSON of a 200. @throws StatusError, Error */
  post(form: JsonForm): Promise<unknown>
  /** Ends what is under way. */
  close(): void
}

export interface JsonClientOptions {
  fetch: Fetch
  timeoutMs: number
}

export function createJsonClient({ fetch, timeoutMs }: JsonClientOptions): JsonClient {
  const open = new Set<AbortController>()

  /** One exchange within the limits of time; `read` takes the answer while they still hold. */
  async function exchange<T>(
    url: URL,
    init: RequestInit,
    read: (response: Response, signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    const controller = new AbortController()
    open.add(controller)
    const timer = setTimeout(() => {
      controller.abort(new Error(`${url.href} took longer than ${timeoutMs} ms`))
    }, timeoutMs).unref()
    try {
      const { signal } = controller
      const asked = fetch(url, { ...init, redirect: 'error', signal })
      const response = await untilAborted(signal, asked, discard)
      try {
        return await read(response, signal)
      } finally {
        discard(response)
      }
    } finally {
      clearTimeout(timer)
      open.delete(controller)
      controller.abort()
    }
  }

  return {
    get({ url, maxBytes, etag = null }) {
      const headers = {
        accept: 'application/json',
        // Caches on the way ask again: what is kept here already has its own limits of age.
        'cache-control': 'no-cache',
        ...(etag === null ? {} : { 'if-none-match': etag }),
      }
      return exchange(url, { headers }, async (response, signal): Promise<JsonAnswer> => {
        const maxAgeSeconds = readMaxAge(response.headers)
        if (response.status === 304 && etag !== null) return { status: 304, maxAgeSeconds }
        const body = await readJson(response, { url, maxBytes, signal })
        return { status: 200, body, etag: response.headers.get('etag'), maxAgeSeconds }
      })
    },
    post({ url, maxBytes, form, authorization }) {
      const headers = {
        accept: 'application/json',
        ...(authorization === null ? {} : { authorization }),
      }
      const init = { method: 'POST', headers, body: new URLSearchParams(form) }
      return exchange(url, init, (response, signal) =>
        readJson(response, { url, maxBytes, signal }),
      )
    },
    close() {
      for (const controller of open) controller.abort(new Error('closed'))
    },
  }
}

interface Reading extends JsonRequest {
  signal: AbortSignal
}

async function readJson(response: Response, reading: Reading): Promise<unknown> {
  const { status, redirected, body } = response
  if (status !== 200 || redirected) throw new StatusError(reading.url, status)
  return JSON.parse(body === null ? '' : await readText(body, reading))
}

async function readText(
  body: ReadableStream<Uint8Array>,
  { url, maxBytes, signal }: Reading,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = body.getReader()
  let text = ''
  let bytes = 0
  try {
    for (;;) {
      const { value } = await untilAborted(signal, reader.read())
      if (value === undefined) return text + decoder.decode()
      // Counted after decompression: a small body that inflates is stopped at the same limit.
      bytes += value.byteLength
      if (bytes > maxBytes) throw new Error(`${url.href} sent more than ${maxBytes} bytes`)
      text += decoder.decode(value, { stream: true })
    }
  } finally {
    reader.cancel().catch(() => {})
    reader.releaseLock()
  }
}

/** A body that nobody reads to its end keeps its connection. */
export function discard({ body }: Response): void {
  body?.cancel().catch(() => {})
}

/** For how long an answer may be used from now on; null: it does not say. @see RFC 9111, 4.2 */
function readMaxAge(headers: Headers): number | null {
  const cacheControl = headers.get('cache-control')
  if (cacheControl === null) return null
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0
  const seconds = /(?:^|[\s,])max-age="?([0-9]{1,9})\b/i.exec(cacheControl)?.[1]
  if (seconds === undefined) return null
  const ageSeconds = /^[0-9]{1,9}$/.exec(headers.get('age') ?? '')?.[0] ?? 0
  return Math.max(0, Number(seconds) - Number(ageSeconds))
}

// One stream of server-sent events from a feed: asks for it, reads it, and cuts it when it falls silent.
// What its events mean is the business of revocation-feed.ts.
import { GuardError } from '../errors.ts'
import { discard, type Fetch } from '../http/json-client.ts'
import { releaseProcess } from '../http/release-process.ts'
import { untilAborted } from '../http/until-aborted.ts'
import { createSseParser, type SseEvent } from './sse-parser.ts'

const MAX_EVENT_LENGTH = 1024 * 1024

/** What an event was: none of the feed's, a sign of life, or reason enough for a new stream. */
export type EventVerdict = 'foreign' | 'alive' | 'spent'

export interface FeedStreamOptions {
  url: URL
  authorization: string | null
  /** Where to go on; null: from the beginning. */
  cursor: string | null
  fetch: Fetch
  /** Ends the stream. */
  signal: AbortSignal
  /** A stream without a sign of life for this long is cut. */
  silenceMs: number
  onEvent: (event: SseEvent) => EventVerdict
}

/**
 * Resolves when an event says that the stream is spent.
 *
 * @throws GuardError `feed_credentials_missing`, `feed_credentials_refused`; Error when the stream
 *   ends, falls silent, is none, or `onEvent` throws
 */
export async function readFeedStream(options: FeedStreamOptions): Promise<void> {
  const { signal, silenceMs, onEvent } = options
  const request = new AbortController()
  const cut = () => request.abort(signal.reason)
  if (signal.aborted) cut()
  signal.addEventListener('abort', cut)
  const watchdog = setTimeout(() => {
    request.abort(new Error(`The feed was silent for ${silenceMs} ms`))
  }, silenceMs).unref()
  try {
    const body = await openStream(options, request.signal)
    const reader = body.getReader()
    // An abort alone may not reach it.
    request.signal.addEventListener('abort', () => void reader.cancel().catch(() => {}))
    let verdict: EventVerdict = 'alive'
    const parse = createSseParser({
      maxEventLength: MAX_EVENT_LENGTH,
      onEvent: (event) => {
        if (verdict === 'spent' || request.signal.aborted) return
        verdict = onEvent(event)
        if (verdict !== 'foreign') watchdog.refresh()
      },
    })
    for (;;) {
      const { value } = await untilAborted(request.signal, reader.read())
      if (value === undefined) throw new Error('The feed ended the stream')
      parse(value)
      if (isSpent(verdict)) return
    }
  } finally {
    clearTimeout(watchdog)
    signal.removeEventListener('abort', cut)
    request.abort()
  }
}

/** Asked through a function: what a callback assigns is not known where it is read. */
function isSpent(verdict: EventVerdict): boolean {
  return verdict === 'spent'
}

async function openStream(
  { url, authorization, cursor, fetch }: FeedStreamOptions,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers = {
    accept: 'text/event-stream',
    ...(authorization === null ? {} : { authorization }),
    ...(cursor === null ? {} : { 'last-event-id': cursor }),
  }
  const response = await releaseProcess(url, () =>
    untilAborted(signal, fetch(url, { redirect: 'error', signal, headers }), discard),
  )
  const { status, body } = response
  try {
    if (status === 401 || status === 403) {
      const had = authorization === null ? 'missing' : 'refused'
      throw new GuardError(`feed_credentials_${had}`, { reason: `http_${status}` })
    }
    const type = response.headers.get('content-type') ?? ''
    if (status !== 200 || body === null || !/^text\/event-stream\s*(;|$)/i.test(type)) {
      throw new Error(`The feed answered ${status} ${type}`)
    }
    return body
  } catch (error) {
    discard(response)
    throw error
  }
}

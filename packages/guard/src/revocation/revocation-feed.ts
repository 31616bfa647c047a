// Follows an issuer's revocation log over server-sent events: one stream after the other, and what
// their events mean. What is revoked is the list's business, how old that knowledge is Freshness's.
import { ageMs, type Clock, momentOf } from '../clock.ts'
import { describeError, GuardError, isSetupError } from '../errors.ts'
import type { EmitEvent } from '../events.ts'
import { Gate } from '../gate.ts'
import { createBackOff } from '../http/back-off.ts'
import type { ClientAuthentication } from '../http/client-authentication.ts'
import type { Discovery } from '../http/discovery.ts'
import type { Fetch } from '../http/json-client.ts'
import { FEED_PULSE_MS, type FeedPage } from '../protocol/index.ts'
import { parseCursor, parsePage, parsePulse } from './feed-messages.ts'
import { readFeedStream } from './feed-stream.ts'
import { Freshness } from './freshness.ts'
import { RevocationList } from './revocation-list.ts'
import type {
  RevocationHealth,
  RevocationListener,
  RevocationSource,
  RevocationSubject,
} from './revocation-source.ts'
import type { SseEvent } from './sse-parser.ts'

export interface FeedPace {
  /** A stream without a whole event for this long is cut and opened again. */
  silenceMs: number
  minPauseMs: number
  maxPauseMs: number
  /**
   * A stream is opened afresh after this long: its dates are counted from when it was opened, by
   * two machines whose clocks drift apart, up to 0.1 ms a second (0.36 s an hour).
   */
  maxStreamMs: number
}

const DEFAULT_PACE: FeedPace = {
  silenceMs: 2 * FEED_PULSE_MS + 1_000,
  minPauseMs: 100,
  maxPauseMs: 5_000,
  maxStreamMs: 3_600_000,
}

export interface RevocationFeedOptions {
  issuer: string
  discovery: Discovery
  authentication: ClientAuthentication
  fetch: Fetch
  clock: Clock
  emit: EmitEvent
  /** Older knowledge is stale. */
  maxStalenessMs: number
  /** The issuer's keys changed, or may have while the stream was away. */
  onKeysChanged: () => void
  /** It was heard for the first time: the issuer can be reached. */
  onReached: () => void
  pace?: Partial<FeedPace>
}

export class RevocationFeed implements RevocationSource {
  readonly #options: RevocationFeedOptions
  readonly #pace: FeedPace
  readonly #list = new RevocationList()
  readonly #freshness: Freshness
  readonly #gate = new Gate()
  readonly #stop = new AbortController()
  #cursor: string | null = null
  /** In the middle of a whole live set that comes in several pages. */
  #isBeginning = false
  #isConnected = false
  #wasConnected = false
  /** A pulse of this stream counted; and it was of use, not so old that a new stream is wanted. */
  #hasCounted = false
  #hasServed = false
  #lastError: string | null = null
  readonly #listeners = new Set<RevocationListener>()

  constructor(options: RevocationFeedOptions) {
    this.#options = options
    this.#pace = { ...DEFAULT_PACE, ...options.pace }
    this.#freshness = new Freshness(options.clock)
    void this.#follow()
  }

  isRevoked(token: RevocationSubject): boolean {
    return this.#list.isRevoked(token)
  }

  version(): number {
    return this.#list.version
  }

  listen(listener: RevocationListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  stalenessMs(): number {
    return this.#freshness.ageMs()
  }

  now(): number | null {
    return this.#freshness.feedNow()
  }

  ready(): Promise<void> {
    return this.#gate.wait()
  }

  health(): RevocationHealth {
    return {
      connected: this.#isConnected,
      cursor: this.#cursor,
      size: this.#list.size,
      lastError: this.#lastError,
    }
  }

  close(): void {
    this.#stop.abort(new GuardError('guard_closed'))
    this.#gate.fail(new GuardError('guard_closed'))
  }

  async #follow(): Promise<void> {
    const { minPauseMs, maxPauseMs } = this.#pace
    const backOff = createBackOff({ minMs: minPauseMs, maxMs: maxPauseMs })
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#hasCounted = false
      this.#hasServed = false
      try {
        await this.#readStream()
      } catch (error) {
        if (!signal.aborted) this.#note(error)
      }
      this.#disconnected()
      // A server that accepts and says nothing of use is no success.
      if (this.#hasServed) backOff.reset()
      await pause(backOff.next(), signal)
    }
  }

  async #readStream(): Promise<void> {
    const { authentication, clock, discovery, fetch } = this.#options
    const { streamUrl } = await discovery.get()
    if (streamUrl === null) throw new GuardError('feed_missing')
    const opened = momentOf(clock)
    this.#freshness.open()
    this.#isBeginning = false
    try {
      await readFeedStream({
        url: streamUrl,
        authorization: authentication.headerFor(streamUrl),
        cursor: this.#cursor,
        fetch,
        signal: this.#stop.signal,
        silenceMs: this.#pace.silenceMs,
        onEvent: (event) => {
          if (!this.#receive(event)) return 'foreign'
          if (this.#isSpent(ageMs(opened, clock))) return 'spent'
          this.#hasServed ||= this.#hasCounted
          return 'alive'
        },
      })
    } catch (error) {
      if (isCredentialsError(error)) authentication.refused()
      throw error
    }
  }

  /** False for an event that is none of the feed's, which is no sign of life. */
  #receive({ event, data }: SseEvent): boolean {
    switch (event) {
      case 'revoked':
        this.#takePage(parsePage(data))
        return true
      case 'pulse': {
        const pulse = parsePulse(data)
        // Whichever clock is behind: one that jumps ahead must not make live entries forgotten.
        const { wall, monotonic } = momentOf(this.#options.clock)
        this.#list.advance({ wall: Math.min(pulse.now, wall), monotonic })
        if (this.#freshness.pulse(pulse)) this.#counted()
        return true
      }
      case 'keys':
        this.#options.onKeysChanged()
        return true
      default:
        return false
    }
  }

  #takePage({ cursor, entries, complete, reset }: FeedPage): void {
    if (reset === true) {
      this.#isBeginning = true
      // In the middle of a stream; one that was opened again says so by itself.
      if (this.#hasCounted) this.#options.onKeysChanged()
    } else if (!this.#isBeginning) this.#checkOrder(cursor)
    // What was known stays, also where the log begins anew: a log restored from a backup has lost
    // ends that were acknowledged, and nothing is ever revoked back.
    this.#list.apply(entries)
    for (const listener of this.#listeners) listener(entries)
    if (entries.some((entry) => entry.kind === 'key')) this.#options.onKeysChanged()
    if (!complete) return
    this.#isBeginning = false
    this.#cursor = cursor
    if (this.#freshness.reach(cursor)) this.#counted()
  }

  /** @throws Error when the log went back or changed without saying so. */
  #checkOrder(next: string): void {
    if (this.#cursor === null) return
    const known = parseCursor(this.#cursor)
    const { epoch, sequence } = parseCursor(next)
    if (epoch !== known.epoch || sequence < known.sequence) {
      throw new Error('The feed changed its log without a reset')
    }
  }

  #counted(): void {
    if (!this.#hasCounted) {
      this.#hasCounted = true
      this.#isConnected = true
      this.#lastError = null
      this.#options.emit({ type: 'feed_connected', issuer: this.#options.issuer })
      if (this.#wasConnected) this.#options.onKeysChanged()
      else this.#options.onReached()
      this.#wasConnected = true
    }
    this.#gate.open()
  }

  /**
   * Old in spite of a pulse, and stale before the next: a clock jumped, or the request for the stream
   * was held up on its way. Only a new stream can be dated afresh.
   */
  #isSpent(streamMs: number): boolean {
    const { maxStreamMs, silenceMs } = this.#pace
    if (streamMs > maxStreamMs) return true
    const maxAgeMs = Math.min(silenceMs, this.#options.maxStalenessMs - FEED_PULSE_MS)
    return this.#hasCounted && this.#freshness.ageMs() > maxAgeMs
  }

  #note(error: unknown): void {
    const reason = describeError(error)
    // Said once for each cause, not with every attempt.
    if (!this.#isConnected && reason !== this.#lastError) {
      this.#options.emit({ type: 'feed_failed', issuer: this.#options.issuer, reason })
    }
    this.#lastError = reason
    if (isSetupError(error)) this.#gate.fail(error)
    this.#options.discovery.forget()
  }

  #disconnected(): void {
    if (!this.#isConnected) return
    this.#isConnected = false
    const reason = this.#lastError ?? 'reopening'
    this.#options.emit({ type: 'feed_disconnected', issuer: this.#options.issuer, reason })
  }
}

function isCredentialsError(error: unknown): boolean {
  return error instanceof GuardError && error.code.startsWith('feed_credentials_')
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms).unref()
    signal.addEventListener('abort', end)
  })
}

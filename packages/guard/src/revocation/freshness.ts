import { ageMs, type Clock, type Moment, momentOf } from '../clock.ts'
import type { FeedPulse } from '../protocol/index.ts'
import { type Cursor, parseCursor } from './feed-messages.ts'

/**
 * How old a verifier's knowledge of the log is.
 *
 * A pulse proves that the feed read the log, not that the verifier has all of it: it counts once
 * the verifier's own cursor has reached the pulse's head. It dates from when the verifier sent its
 * request plus how long after accepting it the feed read; both are early by the time on the
 * network, so the age is never understated, however long a pulse waited in some buffer.
 */
export class Freshness {
  readonly #clock: Clock
  #opened: Moment | null = null
  #cursor: Cursor | null = null
  #waiting: FeedPulse | null = null
  #freshAt: Moment | null = null
  #feedNow = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** To be called right before the request for a stream is sent. */
  open(): void {
    this.#opened = momentOf(this.#clock)
    this.#waiting = null
  }

  /** The verifier now has everything up to the cursor. True when a waiting pulse counts thereby. */
  reach(cursor: string): boolean {
    this.#cursor = parseCursor(cursor)
    return this.#waiting !== null && this.pulse(this.#waiting)
  }

  /** True when the pulse counts; otherwise it waits for the cursor to reach its head. */
  pulse(pulse: FeedPulse): boolean {
    const head = parseCursor(pulse.head)
    if (this.#opened === null) return false
    if (this.#cursor?.epoch !== head.epoch || this.#cursor.sequence < head.sequence) {
      this.#waiting = pulse
      return false
    }
    this.#waiting = null
    this.#feedNow = pulse.now
    const now = momentOf(this.#clock)
    this.#freshAt = {
      wall: Math.min(now.wall, this.#opened.wall + pulse.readAfterMs),
      monotonic: Math.min(now.monotonic, this.#opened.monotonic + pulse.readAfterMs),
    }
    return true
  }

  /** Infinity before the first pulse that counted. */
  ageMs(): number {
    return this.#freshAt === null ? Number.POSITIVE_INFINITY : ageMs(this.#freshAt, this.#clock)
  }

  /**
   * What time it is at the feed, epoch milliseconds; null before the first pulse that counted. As
   * the age is never understated, it is never behind, and ahead by the time on the network.
   */
  feedNow(): number | null {
    return this.#freshAt === null ? null : this.#feedNow + this.ageMs()
  }
}

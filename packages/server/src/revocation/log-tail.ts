// Follows the revocation log for everyone who listens in this process: woken after commits here,
// and by a poll for what other processes append. The log is the truth, a wake-up only a hint.
import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import { type Cursor, formatCursor } from './cursor.ts'
import type { Revocations } from './revocations.ts'

/** Without any wake-up an entry is found this late at most. */
const POLL_MS = 500

/** One successful look at the log's head. */
export interface LogReading {
  readonly head: string
  /** Monotonic milliseconds at which the look began: whatever was committed before is in `head`. */
  readonly startedAt: number
  /**
   * The feed's clock at `startedAt`, epoch milliseconds: this process's, also where that was set back. Verifiers
   * expire tokens by it, and one hour too many that never went away would end them all.
   */
  readonly now: number
}

/**
 * Reads the log's head at least twice a second and tells its listeners of every reading that
 * succeeded. A failed reading tells nobody: a silent feed is how verifiers learn of it.
 */
export class LogTail {
  readonly #revocations: Revocations
  readonly #clock: Clock
  readonly #events: Events
  readonly #listeners = new Set<(reading: LogReading) => void>()
  readonly #timer: NodeJS.Timeout
  #reading: Promise<void> | null = null
  #again = false
  #failing = false
  #last: LogReading | null = null
  #closed = false

  constructor(parts: { revocations: Revocations; clock: Clock; events: Events }) {
    this.#revocations = parts.revocations
    this.#clock = parts.clock
    this.#events = parts.events
    this.#timer = setInterval(() => this.wake(), POLL_MS)
    this.#revocations.onAppend(() => this.wake())
  }

  /** The newest reading; null before the first and while readings fail. */
  get last(): LogReading | null {
    return this.#failing ? null : this.#last
  }

  /** Starts a reading now, or once more behind the one that is under way. */
  wake(): void {
    if (this.#closed) return
    if (this.#reading !== null) {
      this.#again = true
      return
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = null
      if (!this.#again) return
      this.#again = false
      this.wake()
    })
  }

  /** Calls `listener` after every reading from now on, until the returned function is called. */
  listen(listener: (reading: LogReading) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    this.#listeners.clear()
    await this.#reading
  }

  async #read(): Promise<void> {
    // Of one moment: verifiers add the age of `startedAt` to `now`.
    const startedAt = this.#clock.monotonic()
    const now = this.#clock.now()
    let head: Cursor
    try {
      head = await this.#revocations.head()
    } catch (error) {
      this.#fail(error)
      return
    }
    if (this.#failing) this.#events.emit({ type: 'log_readable' })
    this.#failing = false
    const reading = { head: formatCursor(head), startedAt, now }
    this.#last = reading
    for (const listener of this.#listeners) listener(reading)
  }

  #fail(error: unknown): void {
    if (this.#failing || this.#closed) return
    this.#failing = true
    const reason = error instanceof Error ? error.message : 'unknown'
    this.#events.emit({ type: 'log_unreadable', reason })
  }
}

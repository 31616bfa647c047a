import type { Clock } from '../clock.ts'
import type { Counter, LimitStore } from './limit.ts'

/**
 * Counters of one process. A counter is forgotten once it is empty again, and what fills counters
 * is limited as a whole, so there are never more than some ten thousands.
 */
export class MemoryLimits implements LimitStore {
  readonly #clock: Clock
  /** Monotonic milliseconds at which a counter is empty again. */
  readonly #emptyAt = new Map<string, number>()
  #sweepAbove = 1_000

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async take(counters: readonly Counter[]): Promise<number> {
    const now = this.#clock.monotonic()
    const waits = counters.map(({ key, limit }) => {
      const filled = this.#filled(key, now) + limit.everySeconds * 1000
      return filled - now - limit.burst * limit.everySeconds * 1000
    })
    const wait = Math.max(0, ...waits)
    if (wait > 0) return wait
    for (const { key, limit } of counters) {
      this.#emptyAt.set(key, this.#filled(key, now) + limit.everySeconds * 1000)
    }
    this.#sweep(now)
    return 0
  }

  async giveBack(counters: readonly Counter[]): Promise<void> {
    const now = this.#clock.monotonic()
    for (const { key, limit } of counters) {
      const emptyAt = this.#filled(key, now) - limit.everySeconds * 1000
      if (emptyAt > now) this.#emptyAt.set(key, emptyAt)
      else this.#emptyAt.delete(key)
    }
  }

  async close(): Promise<void> {
    this.#emptyAt.clear()
  }

  #filled(key: string, now: number): number {
    return Math.max(this.#emptyAt.get(key) ?? 0, now)
  }

  /** As often as the number of counters doubles, so its cost is spread over those that made them. */
  #sweep(now: number): void {
    if (this.#emptyAt.size <= this.#sweepAbove) return
    for (const [key, emptyAt] of this.#emptyAt) {
      if (emptyAt <= now) this.#emptyAt.delete(key)
    }
    this.#sweepAbove = Math.max(1_000, this.#emptyAt.size * 2)
  }
}

import type { Events } from '../events.ts'
import type { Counter, LimitStore } from './limit.ts'

/**
 * Shared counters while they can be had, and those of this process otherwise: an outage of Redis
 * neither lets everybody guess nor keeps everybody out.
 */
export class FallbackLimits implements LimitStore {
  readonly #shared: LimitStore
  readonly #own: LimitStore
  readonly #events: Events
  #isFailing = false

  constructor(parts: { shared: LimitStore; own: LimitStore; events: Events }) {
    this.#shared = parts.shared
    this.#own = parts.own
    this.#events = parts.events
  }

  take(counters: readonly Counter[]): Promise<number> {
    return this.#attempt((store) => store.take(counters))
  }

  giveBack(counters: readonly Counter[]): Promise<void> {
    return this.#attempt((store) => store.giveBack(counters))
  }

  async close(): Promise<void> {
    await this.#shared.close()
    await this.#own.close()
  }

  async #attempt<T>(work: (store: LimitStore) => Promise<T>): Promise<T> {
    try {
      const result = await work(this.#shared)
      if (this.#isFailing) this.#events.emit({ type: 'limits_shared' })
      this.#isFailing = false
      return result
    } catch (error) {
      const reason = `Redis: ${error instanceof Error ? error.message : 'unknown'}`
      if (!this.#isFailing) this.#events.emit({ type: 'limits_not_shared', reason })
      this.#isFailing = true
      return work(this.#own)
    }
  }
}

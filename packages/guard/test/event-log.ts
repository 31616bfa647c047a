import type { GuardEvent } from '../src/index.ts'

/** Collects a guard's events and lets a test wait for one instead of sleeping. */
export class EventLog {
  readonly all: GuardEvent[] = []
  readonly #waiting = new Set<() => void>()

  readonly onEvent = (event: GuardEvent): void => {
    this.all.push(event)
    for (const check of this.#waiting) check()
  }

  count(type: GuardEvent['type']): number {
    return this.all.filter((event) => event.type === type).length
  }

  /** Resolves when there are this many events of the type, counted from the beginning. */
  reached(type: GuardEvent['type'], count: number): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.count(type) < count) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }
}

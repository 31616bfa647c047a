import type { Clock } from '@signet/server'

/**
 * Time that stands still until a test moves it. Wall time and monotonic time move together unless
 * `jump` moves the wall alone, as a corrected clock does.
 */
export class FakeClock implements Clock {
  #nowMs: number
  #monotonicMs = 0

  constructor(nowMs: number = Date.now()) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  monotonic(): number {
    return this.#monotonicMs
  }

  advance(seconds: number): void {
    this.#nowMs += seconds * 1000
    this.#monotonicMs += seconds * 1000
  }

  jump(seconds: number): void {
    this.#nowMs += seconds * 1000
  }
}

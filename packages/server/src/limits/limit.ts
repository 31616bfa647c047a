// How often something may be tried: a generic cell rate algorithm, which needs one number per key.

/** `burst` at once, and then one more every `everySeconds`. */
export interface Limit {
  readonly burst: number
  readonly everySeconds: number
}

/** One counter that an attempt is held against. The key holds nothing private in the clear. */
export interface Counter {
  readonly key: string
  readonly limit: Limit
}

/** Where counters are kept: in memory for one process, in Redis for all of them. */
export interface LimitStore {
  /**
   * Counts one attempt on all counters, or on none of them when any is full. However many ask at
   * once, no more get through than the limits say.
   * @returns 0, or the milliseconds after which asking again can succeed
   */
  take(counters: readonly Counter[]): Promise<number>
  /** Takes one attempt off again: it was none that has to be limited. */
  giveBack(counters: readonly Counter[]): Promise<void>
  close(): Promise<void>
}

export interface BackOff {
  /** Milliseconds to wait before the next attempt; twice as long each time, up to the limit. */
  next(): number
  reset(): void
}

/** Pauses with jitter (half to whole), so that many verifiers do not come back in one moment. */
export function createBackOff({ minMs, maxMs }: { minMs: number; maxMs: number }): BackOff {
  let attempts = 0
  return {
    next() {
      const pause = Math.min(maxMs, minMs * 2 ** attempts)
      attempts = Math.min(attempts + 1, 30)
      return pause * (0.5 + Math.random() / 2)
    },
    reset() {
      attempts = 0
    },
  }
}

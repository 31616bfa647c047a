/** The one source of time. Tests inject another. */
export interface Clock {
  /** Wall time, epoch milliseconds. May jump. */
  now(): number
  /** Milliseconds from an arbitrary start; never runs backwards. */
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/** Wall time in whole epoch seconds, as tokens and rows carry it. */
export function epochSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}

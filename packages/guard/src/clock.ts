/** Two clocks: wall time can jump, monotonic time can stand still while a machine sleeps. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Milliseconds from an arbitrary start, never backwards. */
  monotonic(): number
}

/** One moment, as both clocks told it. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

export const createClock = (now: () => number = Date.now): Clock => ({
  now,
  monotonic: () => performance.now(),
})

export const momentOf = (clock: Clock): Moment => ({
  wall: clock.now(),
  monotonic: clock.monotonic(),
})

/**
 * Milliseconds since a moment: the larger of what the two clocks say, so that neither a clock that
 * was set back nor a machine that slept makes anything look younger than it is.
 */
export function ageMs(moment: Moment, clock: Clock): number {
  return Math.max(0, clock.monotonic() - moment.monotonic, clock.now() - moment.wall)
}

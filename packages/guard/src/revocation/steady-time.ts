import type { Moment } from '../clock.ts'

/** No token that a feed tells of lives longer: the authority's own limit. */
const WINDOW_MS = 3_600_000

/**
 * Time for forgetting, which must not trust a clock that jumps ahead: what the clock says, held to
 * the pace of monotonic time by the slowest that was seen in the last hour or two. A jump is
 * believed when everything that it would have made forgotten too early is over in truth.
 */
export class SteadyTime {
  /** Least distance between both clocks in the last whole window and in the present one. */
  #before = Number.POSITIVE_INFINITY
  #least = Number.POSITIVE_INFINITY
  #windowStart: number | null = null

  /** Epoch milliseconds, never ahead of the moment's wall time. */
  at({ wall, monotonic }: Moment): number {
    this.#windowStart ??= monotonic
    if (monotonic - this.#windowStart >= WINDOW_MS) {
      this.#before = this.#least
      this.#least = Number.POSITIVE_INFINITY
      this.#windowStart = monotonic
    }
    this.#least = Math.min(this.#least, wall - monotonic)
    return Math.min(this.#before, this.#least) + monotonic
  }
}

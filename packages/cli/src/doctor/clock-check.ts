import type { Answer } from '../issuer/fetch-answer.ts'
import { found, ok, type Result, skipped } from './results.ts'

/** Moments are whole seconds, and travel. */
const UNEVEN_SECONDS = 2

/** As much as authorities tolerate of each other, and guards without a feed. */
const OFF_SECONDS = 10

/** How far a clock is ahead of this machine's; null: it was not seen. */
export interface ClocksSeen {
  readonly issuer: number | null
  readonly database: number | null
}

/** By the Date of an answer, which a proxy may have written. @see RFC 9110, section 6.6.1 */
export function readAheadSeconds({ headers, at }: Answer): number | null {
  const date = Date.parse(headers.get('date') ?? '')
  // It says which second has begun: on average it is half a second further.
  return Number.isNaN(date) ? null : (date + 500 - at) / 1000
}

/** This machine's clock, the issuer's and the database's, each against each. */
export function judgeClocks({ issuer, database }: ClocksSeen): Result {
  const others = [
    { whose: 'the issuer', ahead: issuer },
    { whose: 'the database', ahead: database },
  ].flatMap(({ whose, ahead }) => (ahead === null ? [] : [{ whose, ahead }]))
  if (others.length === 0) return skipped('clock', 'nobody else told the time')
  const clocks = [{ whose: 'this machine', ahead: 0 }, ...others]
  const sorted = clocks.toSorted((a, b) => a.ahead - b.ahead)
  const [first, last] = [sorted.at(0), sorted.at(-1)]
  const apart = (last?.ahead ?? 0) - (first?.ahead ?? 0)
  if (apart <= UNEVEN_SECONDS) {
    return ok('clock', `${clocks.map(({ whose }) => whose).join(', ')}: one time`)
  }
  const words = `${last?.whose} is ${Math.round(apart)} s ahead of ${first?.whose}`
  return found('clock', apart > OFF_SECONDS ? 'clock_off' : 'clock_drifting', words)
}

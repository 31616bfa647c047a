const STEPS = [
  ['year', 31_556_952],
  ['month', 2_629_746],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const
// Below two of a unit the next smaller one tells more: 90 minutes, 36 hours.
const LEAST = 2
/** The last second that a Date holds. */
const MAX_SECONDS = 8.64e12

/** `14 minutes`, `1 hour`, `36 hours`; the sign is not told. */
export function durationWords(seconds: number): string {
  const length = Math.abs(seconds)
  if (!(length <= MAX_SECONDS)) return 'longer than calendars go'
  for (const [unit, size] of STEPS) {
    const isWhole = length >= size && length < LEAST * size && length % size === 0
    if (length >= LEAST * size || isWhole) return countWords(Math.round(length / size), unit)
  }
  return length === 1 ? '1 second' : `${Math.round(length)} seconds`
}

export function countWords(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** `14 minutes from now`, `2 days ago`, `now`. */
export function relativeWords(at: number, now: number): string {
  const distance = at - now
  if (Math.abs(distance) < 1) return 'now'
  return distance > 0 ? `${durationWords(distance)} from now` : `${durationWords(distance)} ago`
}

/** `2026-11-23 10:15:00 UTC`, or null for what is no moment of any calendar. */
export function momentWords(at: number): string | null {
  const iso = isoTime(at)
  return iso === null ? null : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

export function isoTime(at: number): string | null {
  if (!(Math.abs(at) <= MAX_SECONDS)) return null
  const iso = new Date(at * 1000).toISOString()
  // Beyond the year 9999 a sign and six digits are written, which nothing here is made for.
  return iso.length === 24 ? iso : null
}

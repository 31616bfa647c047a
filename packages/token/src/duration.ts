const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const
// A century. Longer is a mistake in the unit, and keeps every sum far below 2^53.
const MAX_SECONDS = 36_525 * 86_400

/**
 * Seconds from `'10s'`, `'15m'`, `'1h'`, `'7d'` or a whole number of seconds, zero included.
 * One unit, no spaces, signs, fractions or leading zeros, at most a century.
 *
 * @throws TypeError for anything else, so that a mistyped lifetime never becomes "none".
 */
export function parseDuration(text: string | number): number {
  const seconds = typeof text === 'number' ? text : readDuration(text)
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) {
    throw new TypeError(
      'A duration is a whole number of seconds or text such as "15m" (s, m, h, d), at most 36525d',
    )
  }
  return seconds
}

function readDuration(text: unknown): number {
  if (typeof text !== 'string') return Number.NaN
  const match = /^(0|[1-9][0-9]{0,9})([smhd])$/.exec(text)
  if (match === null) return Number.NaN
  return Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS]
}

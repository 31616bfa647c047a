import { InvalidArgumentError } from 'commander'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

/** Epoch seconds from what `--now` takes: epoch seconds, or ISO 8601 with its offset. */
export function parseMoment(text: string): number {
  const seconds = /^\d{1,12}$/.test(text)
    ? Number(text)
    : ISO.test(text)
      ? Date.parse(text) / 1000
      : Number.NaN
  if (Number.isFinite(seconds)) return seconds
  throw new InvalidArgumentError('Epoch seconds are due, or a time such as 2026-11-23T10:00:00Z.')
}

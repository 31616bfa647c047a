/**
 * The moment asked for, or the clock's.
 *
 * @throws TypeError for what is no number of seconds
 */
export function getNow({ now = Math.floor(Date.now() / 1000) }: { readonly now?: number }): number {
  if (typeof now !== 'number' || !Number.isFinite(now)) {
    throw new TypeError('now: expected epoch seconds')
  }
  return now
}

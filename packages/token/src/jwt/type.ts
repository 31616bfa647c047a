/**
 * One spelling of a `typ`: media types ignore letter case, and `application/` is left out where no
 * other slash follows (RFC 7515 4.1.9).
 */
export function normalizeType(type: string): string {
  const lower = type.toLowerCase()
  const bare = lower.startsWith('application/') ? lower.slice('application/'.length) : lower
  return bare.includes('/') ? lower : bare
}

import { type Check, found, ok, type Result } from './results.ts'

/** As docs/operations/tls.md has somebody woken. */
const SOON_SECONDS = 7 * 86_400

/** A certificate that is still good until `expiresAt`; epoch seconds. */
export function judgeExpiry(check: Check, expiresAt: number, now: number): Result {
  const day = new Date(expiresAt * 1000).toISOString().slice(0, 10)
  const days = Math.floor((expiresAt - now) / 86_400)
  const words = `good until ${day}, ${days === 1 ? 'one more day' : `${days} more days`}`
  const isSoon = expiresAt - now < SOON_SECONDS
  return isSoon ? found(check, 'certificate_expiring', words) : ok(check, words)
}

import { GuardError } from '../errors.ts'
import type { VerifiedClaims } from '../identity.ts'
import type { RevocationSubject } from './revocation-source.ts'

/**
 * What of a verified token revocations are compared with. A token that no revocation of a session
 * or token could ever hit is refused, as is one in which such a claim has the wrong type.
 *
 * @throws GuardError `token_invalid`
 */
export function parseSubject(claims: VerifiedClaims, kid: string | null): RevocationSubject {
  const subject = {
    sid: readText(claims.sid),
    jti: readText(claims.jti),
    client_id: readText(claims.client_id),
    ver: readNumber(claims.ver),
    iat: readNumber(claims.iat),
    kid,
  }
  if (subject.sid === null && subject.jti === null) throw unrevocable()
  return subject
}

function readText(value: unknown): string | null {
  if (value === undefined) return null
  if (typeof value !== 'string' || value === '') throw unrevocable()
  return value
}

function readNumber(value: unknown): number | null {
  if (value === undefined) return null
  if (typeof value !== 'number') throw unrevocable()
  return value
}

function unrevocable(): GuardError {
  return new GuardError('token_invalid', { reason: 'claim_invalid' })
}

// What a login or a refresh leads to: the facts of the next access token, and everything that the
// answer carries. Values alone: nothing is read or written here.
import type { Account } from '../accounts/account.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import { AuthorityError } from '../errors.ts'
import { createTokenId } from '../tokens/token-id.ts'
import { createRefreshToken } from './refresh-token.ts'
import { type IssuedToken, refreshExpiresIn, type Session } from './session.ts'

/** What a login or a refresh hands on to the issuer of tokens. */
export interface Grant {
  readonly session: Session
  readonly account: Account
  readonly refreshToken: string
  readonly refreshExpiresIn: number
  /** Seconds of the access token that are left. */
  readonly expiresIn: number
  /** What the access token to be signed carries; on a repeat, what the first answer carried. */
  readonly token: IssuedToken
  /** Monotonic milliseconds just before the row was read or written that all this rests on. */
  readonly decidedAt: number
}

export interface SessionLimits {
  readonly accessTtlSeconds: number
  readonly idleTtlSeconds: number
  readonly sessionTtlSeconds: number
  readonly refreshGraceSeconds: number
}

export interface Grants {
  /** An access token that begins now, and does not outlive its session. */
  createToken(audience: readonly string[], now: number, sessionExpiresAt: number): IssuedToken
  /** @throws AuthorityError `secret_unknown` */
  createGrant(session: Session, account: Account, decidedAt: number): Grant
}

export function createGrants(parts: {
  secrets: SecretRing
  limits: SessionLimits
  clock: Clock
}): Grants {
  const { secrets, limits, clock } = parts
  return {
    createToken(audience, now, sessionExpiresAt) {
      const expiresAt = Math.min(now + limits.accessTtlSeconds, sessionExpiresAt)
      return { id: createTokenId(), audience, issuedAt: now, expiresAt }
    },

    createGrant(session, account, decidedAt) {
      const secret = secrets.find(session.secretId)
      if (secret === null) throw unknownSecret()
      const now = epochSeconds(clock)
      return {
        session,
        account,
        refreshToken: createRefreshToken(secret, session),
        refreshExpiresIn: refreshExpiresIn(session, now),
        expiresIn: Math.max(0, session.token.expiresAt - now),
        token: session.token,
        decidedAt,
      }
    },
  }
}

export function unknownSecret(): AuthorityError {
  return new AuthorityError('secret_unknown', {
    message: 'a session was made under a master secret that SIGNET_SECRET does not list',
  })
}

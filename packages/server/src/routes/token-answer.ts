import type { Account } from '../accounts/account.ts'
import { AuthorityError } from '../errors.ts'
import type { Grant } from '../sessions/grants.ts'

/** The client that `/signup`, `/login` and `/refresh` speak for. */
export const FIRST_PARTY_CLIENT = 'signet'

export const AUDIENCE_MEMBER = { type: 'string', minLength: 1, maxLength: 256 } as const

/** Body of every answer that carries tokens. */
export function tokenAnswer(grant: Grant, accessToken: string) {
  return {
    accessToken,
    refreshToken: grant.refreshToken,
    tokenType: 'Bearer' as const,
    expiresIn: grant.expiresIn,
    refreshExpiresIn: grant.refreshExpiresIn,
  }
}

export function userAnswer(account: Account) {
  return { id: account.id, email: account.email, name: account.name, roles: account.roles }
}

interface KnownAudiences {
  readonly issuer: string
  readonly audiences: readonly string[]
}

/**
 * What a new token is for: what was asked, which may be the issuer itself or one of the configured
 * audiences, or all of these.
 * @throws AuthorityError `audience_unknown`
 */
export function chooseAudience(
  asked: string | undefined,
  { issuer, audiences }: KnownAudiences,
): readonly string[] {
  if (asked === undefined) return audiences
  if (asked === issuer || audiences.includes(asked)) return [asked]
  throw new AuthorityError('audience_unknown', { pointer: '/audience' })
}

/** The same for a refresh, where the token before decides if it can: the settings may be others now. */
export function continueAudience(
  asked: string | undefined,
  known: KnownAudiences,
): (before: readonly string[]) => readonly string[] {
  const chosen = chooseAudience(asked, known)
  if (asked !== undefined) return () => chosen
  const isKnown = (audience: string) =>
    audience === known.issuer || known.audiences.includes(audience)
  return (before) => (before.every(isKnown) ? before : chosen)
}

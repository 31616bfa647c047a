import type { Account } from '../accounts/account.ts'
import { AuthorityError } from '../errors.ts'
import type { Grant } from '../sessions/sessions.ts'

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

/**
 * What a token may be asked for: the issuer itself or one of the configured audiences; null when
 * nothing was asked.
 * @throws AuthorityError `audience_unknown`
 */
export function chooseAudience(
  asked: string | undefined,
  known: { issuer: string; audiences: readonly string[] },
): readonly string[] | null {
  if (asked === undefined) return null
  if (asked === known.issuer || known.audiences.includes(asked)) return [asked]
  throw new AuthorityError('audience_unknown', { pointer: '/audience' })
}

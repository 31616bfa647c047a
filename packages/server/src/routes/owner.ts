import { GuardError } from '@signet/guard'
import type { FastifyRequest } from 'fastify'
import type { Account } from '../accounts/account.ts'
import type { RouteParts } from './route-parts.ts'

/** Who calls about their own account, by the word of the database. */
export interface Owner {
  readonly account: Account
  readonly sessionId: string
}

/**
 * How the authority's own routes know their caller: the guard as every service has it, and then the
 * database, whose word is final where the feed needs milliseconds.
 *
 * `reading` takes a token for any service. `changing` takes only one for the authority itself, which
 * no service ever receives: a service that goes bad cannot change the accounts of its callers.
 * @throws (from the check) GuardError
 */
export function createOwnerCheck({ guard, sessions, accounts, revocations, config }: RouteParts) {
  return async (request: FastifyRequest, purpose: 'reading' | 'changing'): Promise<Owner> => {
    const { subject, sessionId, claims } = await guard.authenticate(request.raw)
    // A client is nobody's account, whatever its token is for.
    if (sessionId === null) throw new GuardError('token_invalid', { reason: 'no_session' })
    if (purpose === 'changing' && ![claims.aud].flat().includes(config.issuer)) {
      throw new GuardError('token_invalid', { reason: 'audience_not_the_authority' })
    }
    if (!(await sessions.isOpen(sessionId, claims.ver ?? 0))) {
      throw new GuardError('token_revoked', { reason: 'session_ended' })
    }
    if (claims.jti !== undefined && (await revocations.hasToken(claims.jti))) {
      throw new GuardError('token_revoked', { reason: 'token_ended' })
    }
    const account = await accounts.get(subject)
    if (account.disabledAt !== null) {
      throw new GuardError('token_revoked', { reason: 'account_disabled' })
    }
    return { account, sessionId }
  }
}

// What a client gets for its secret, and whether a token of one is still good. Nothing is written for
// a token: what it may carry stands in the client's row, when it dies in the revocation log.
import { MAX_LEEWAY_SECONDS } from '@signet/guard/protocol'
import type { Origin } from '../audit/audit-entry.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { MAX_ACCESS_TTL_SECONDS } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError } from '../errors.ts'
import type { AuditedEvents } from '../events.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { createTokenId } from '../tokens/token-id.ts'
import type { Client } from './client.ts'
import { findClient } from './client-store.ts'
import type { AuthenticatedClient } from './clients.ts'

/** What the issuer stamps for a client. Times are epoch seconds. */
export interface ClientGrant {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly token: {
    readonly id: string
    readonly audience: readonly string[]
    readonly issuedAt: number
    readonly expiresAt: number
  }
}

export interface ClientTokens {
  /**
   * A token for the client itself (RFC 6749, section 4.4). Without `scope` it carries all that the
   * client may have, without `audiences` it is for all of them.
   * @throws AuthorityError `client_not_allowed` for one without audiences, `scope_not_allowed`,
   * `audience_unknown`, `overloaded` right after its tokens were revoked: a new one would be dead
   */
  grant(
    authenticated: AuthenticatedClient,
    asked: { scope: string | undefined; audiences: readonly string[] },
  ): ClientGrant

  /**
   * Whether the client is there, and its tokens of this second are good, by the database. Does not
   * look for an end of the single token: {@link Revocations.hasToken}.
   */
  areGood(clientId: string, issuedAt: number): Promise<boolean>

  /**
   * Makes one token die, whoever's it is; a session that it belongs to lives on. Without `expiresAt`
   * it is kept in the log for as long as the longest token may live.
   */
  revoke(token: { id: string; expiresAt?: number }, by: Origin): Promise<void>
}

export function createClientTokens(parts: {
  database: Database
  revocations: Revocations
  /** Whom tokens may be for, by the settings of now. */
  audiences: readonly string[]
  accessTtlSeconds: number
  clock: Clock
  events: AuditedEvents
}): ClientTokens {
  const { database, revocations, accessTtlSeconds, clock, events } = parts

  function chooseAudiences(client: Client, asked: readonly string[]): readonly string[] {
    const allowed = client.audiences.filter((audience) => parts.audiences.includes(audience))
    if (allowed.length === 0) {
      const detail = 'The client was given no audience: it gets no tokens.'
      throw new AuthorityError('client_not_allowed', { detail })
    }
    if (asked.length === 0) return allowed
    if (!asked.every((audience) => allowed.includes(audience))) {
      const detail = 'The client gets no tokens for this audience.'
      throw new AuthorityError('audience_unknown', { detail })
    }
    return [...new Set(asked)]
  }

  function chooseScopes(client: Client, asked: string | undefined): readonly string[] {
    if (asked === undefined) return client.scopes
    const scopes = asked.split(' ')
    if (scopes.every((scope) => client.scopes.includes(scope))) return [...new Set(scopes)].sort()
    const detail = 'The client was not given this scope.'
    throw new AuthorityError('scope_not_allowed', { detail })
  }

  return {
    grant({ client, readAt }, { scope, audiences }) {
      const audience = chooseAudiences(client, audiences)
      const scopes = chooseScopes(client, scope)
      const waitSeconds = (client.revokedBefore ?? 0) - readAt + 1
      if (waitSeconds > 0) {
        throw new AuthorityError('overloaded', {
          detail: 'The tokens of this client were revoked just now; ask again for a new one.',
          retryAfterSeconds: waitSeconds,
        })
      }
      const expiresAt = readAt + accessTtlSeconds
      const token = { id: createTokenId(), audience, issuedAt: readAt, expiresAt }
      return { clientId: client.id, scopes, token }
    },

    async areGood(clientId, issuedAt) {
      const found = await findClient(database, clientId)
      if (found === null || found.client.disabledAt !== null) return false
      return issuedAt > (found.client.revokedBefore ?? 0)
    },

    async revoke({ id, expiresAt = epochSeconds(clock) + MAX_ACCESS_TTL_SECONDS }, by) {
      await database.transaction(async (tx) => {
        const until = Math.ceil(expiresAt) + MAX_LEEWAY_SECONDS
        await revocations.record(tx, [{ kind: 'token', id, expiresAt: until }])
        await events.record(tx, [
          {
            type: 'token_revoked',
            result: 'done',
            ...by,
            accountId: null,
            sessionId: null,
            detail: { token: id },
          },
        ])
      })
    },
  }
}

// How a refresh token continues its session: judged by rotation.ts, performed here, by the first of
// all callers who present one token at once.
import type { Account } from '../accounts/account.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { type AuthorityCode, AuthorityError } from '../errors.ts'
import type { AuditedEvents } from '../events.ts'
import type { Ends } from './ends.ts'
import { type Grant, type Grants, type SessionLimits, unknownSecret } from './grants.ts'
import { isAuthentic, type PresentedToken, parseRefreshToken } from './refresh-token.ts'
import { judgeRotation } from './rotation.ts'
import type { Session } from './session.ts'
import { findSessionWithAccount } from './session-account-store.ts'
import { rotateSession } from './session-store.ts'

export interface RefreshRequest {
  readonly refreshToken: string
  readonly clientId: string
  /** Which audience the next token gets, given that of the token before. */
  readonly chooseAudience: (before: readonly string[]) => readonly string[]
  /**
   * Where the request comes from: looked up for the audit log, which most refreshes are not in. Called
   * while its connection is known to be there, right after `checkStillWanted`.
   */
  readonly findAddress: () => string | null
  /** Called right before a row is touched; throws when nobody waits for the answer any more. */
  readonly checkStillWanted: () => void
}

export interface Refreshes {
  /**
   * Continues the session of a refresh token; what that means: rotation.ts. However many callers
   * present one token at once, one generation follows it.
   * @throws AuthorityError `refresh_invalid`, `refresh_reused`, `session_ended`, `secret_unknown`,
   * `database_behind`
   */
  refresh(request: RefreshRequest): Promise<Grant>

  /**
   * The session that a refresh token of ours names, alive or not, and whether a refresh with it
   * would be answered; null for anything else. Changes nothing, also for one that is void.
   * @throws AuthorityError `secret_unknown`
   */
  findByRefreshToken(refreshToken: string): Promise<{ session: Session; isUsable: boolean } | null>
}

const REFUSALS: readonly AuthorityCode[] = ['refresh_invalid', 'refresh_reused', 'session_ended']

/** A bound, far above what 64 callers with one token need; each attempt lost is another's gain. */
const MAX_ATTEMPTS = 100

export function createRefreshes(parts: {
  database: Database
  ends: Ends
  grants: Grants
  secrets: SecretRing
  limits: SessionLimits
  clock: Clock
  events: AuditedEvents
}): Refreshes {
  const { database, ends, grants, secrets, limits, clock, events } = parts

  /** The session, when the token is of the right form and we made it. */
  async function findAuthentic(refreshToken: string) {
    const presented = parseRefreshToken(refreshToken)
    if (presented === null) return null
    const secret = secrets.find(presented.secretId)
    const found = await findSessionWithAccount(database, presented.sessionId)
    if (found === null) return null
    const { session } = found
    if (secret === null) {
      // Where even the row's own secret is missing and somebody could still go on with it, our
      // settings are wrong and not the caller. Otherwise nobody can tell this token from an
      // invented one.
      if (secrets.find(session.secretId) === null && !isOver(session)) throw unknownSecret()
      return null
    }
    return isAuthentic(presented, secret, session) ? { presented, ...found } : null
  }

  function judge({ presented, session }: { presented: PresentedToken; session: Session }) {
    return judgeRotation(session, presented.generation, {
      now: epochSeconds(clock),
      graceSeconds: limits.refreshGraceSeconds,
    })
  }

  function isOver({ endedAt, idleExpiresAt, expiresAt }: Session): boolean {
    return endedAt !== null || Math.min(idleExpiresAt, expiresAt) <= epochSeconds(clock)
  }

  /** One attempt to move the session on; null when somebody else was faster. */
  async function rotate(
    db: Database,
    from: Session,
    next: { parent: number; audience: readonly string[] },
  ): Promise<Session | null> {
    const now = epochSeconds(clock)
    const token = grants.createToken(next.audience, now, from.expiresAt)
    const to = {
      generation: from.generation + 1,
      parent: next.parent,
      rotatedAt: now,
      secretId: secrets.current.id,
      token,
      tokensExpireAt: Math.max(from.tokensExpireAt, token.expiresAt),
      idleExpiresAt: now + limits.idleTtlSeconds,
    }
    return (await rotateSession(db, { from, to })) ? { ...from, ...to } : null
  }

  async function continueSession({
    refreshToken,
    clientId,
    chooseAudience,
    findAddress,
    checkStillWanted,
  }: RefreshRequest): Promise<{ grant: Grant; outcome: 'rotated' | 'repeated' | 'repaired' }> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const decidedAt = clock.monotonic()
      const found = await findAuthentic(refreshToken)
      if (found === null || found.session.clientId !== clientId) {
        throw new AuthorityError('refresh_invalid')
      }
      const { presented, session, account } = found
      checkStillWanted()
      const verdict = judge(found)
      switch (verdict) {
        case 'over':
          throw new AuthorityError('session_ended')
        case 'ahead':
          events.emit({ type: 'database_behind', id: session.id })
          throw new AuthorityError('database_behind')
        case 'reuse':
          await ends.close({
            sessions: [session],
            reason: 'reuse',
            by: { actor: null, address: findAddress() },
          })
          events.emit({ type: 'refresh_reused', id: session.id })
          throw new AuthorityError('refresh_reused')
        case 'repeat': {
          checkActive(account)
          const grant = grants.createGrant(session, account, decidedAt)
          const { token } = grant
          const audience = chooseAudience(token.audience)
          return { grant: { ...grant, token: { ...token, audience } }, outcome: 'repeated' }
        }
        case 'rotate':
        case 'repair': {
          const next = {
            parent: presented.generation,
            audience: chooseAudience(session.token.audience),
          }
          checkActive(account)
          // Whatever changes an account's roles or disables it changes the session's row as well,
          // and then the row is not what was judged.
          const rotated =
            verdict === 'rotate'
              ? await rotate(database, session, next)
              : await repair(session, { ...next, address: findAddress() })
          if (rotated === null) continue
          const outcome = verdict === 'rotate' ? 'rotated' : 'repaired'
          return { grant: grants.createGrant(rotated, account, decidedAt), outcome }
        }
      }
    }
    throw new AuthorityError('overloaded', { message: 'a session changed under every attempt' })
  }

  /** The same, and said in the audit log: its last answer was lost, or somebody else holds a copy. */
  function repair(
    from: Session,
    next: { parent: number; audience: readonly string[]; address: string | null },
  ): Promise<Session | null> {
    const { id, accountId } = from
    return database.transaction(async (tx) => {
      const rotated = await rotate(tx, from, next)
      if (rotated !== null) {
        await events.record(tx, [
          {
            type: 'session_repaired',
            result: 'done',
            actor: accountId,
            accountId,
            sessionId: id,
            address: next.address,
            detail: null,
          },
        ])
      }
      return rotated
    })
  }

  return {
    async refresh(request) {
      try {
        const { grant, outcome } = await continueSession(request)
        events.emit({ type: 'refreshed', outcome })
        return grant
      } catch (error) {
        if (error instanceof AuthorityError && REFUSALS.includes(error.code)) {
          events.emit({ type: 'refreshed', outcome: 'refused' })
        }
        throw error
      }
    },

    async findByRefreshToken(refreshToken) {
      const found = await findAuthentic(refreshToken)
      if (found === null) return null
      const isUsable = ['rotate', 'repeat', 'repair'].includes(judge(found))
      return { session: found.session, isUsable }
    },
  }
}

/** Disabling an account ends its sessions; one disabled in any other way gets no token either. */
function checkActive({ disabledAt }: Account): void {
  if (disabledAt !== null) throw new AuthorityError('session_ended')
}

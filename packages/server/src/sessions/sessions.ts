// Owns sessions: how they open, how a refresh token continues one, which ones an account has. How
// they end: ends.ts. Calls accounts (through its verbs), the ends and its own store; signs no token
// and knows nothing of HTTP.
import { randomBytes } from 'node:crypto'
import type { Account } from '../accounts/account.ts'
import type { Accounts, Authenticated } from '../accounts/accounts.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { type AuthorityCode, AuthorityError } from '../errors.ts'
import type { AuditedEvents } from '../events.ts'
import { createTokenId } from '../tokens/token-id.ts'
import type { Ends } from './ends.ts'
import { createRefreshToken, isAuthentic, parseRefreshToken } from './refresh-token.ts'
import { judgeRotation } from './rotation.ts'
import {
  createSessionId,
  type Device,
  type IssuedToken,
  refreshExpiresIn,
  type Session,
} from './session.ts'
import {
  findSession,
  insertSession,
  type ListedSession,
  listSessions,
  pageSessions,
  rotateSession,
  sweepSessions,
} from './session-store.ts'

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

export type { ListedSession }

export interface RefreshRequest {
  readonly refreshToken: string
  readonly clientId: string
  /** Which audience the next token gets, given that of the token before. */
  readonly chooseAudience: (before: readonly string[]) => readonly string[]
  /** Where the request comes from, for the audit log. */
  readonly address: string | null
  /** Called right before a row is touched; throws when nobody waits for the answer any more. */
  readonly checkStillWanted: () => void
}

export interface Sessions {
  /**
   * Opens a session, durable when this returns.
   * @throws AuthorityError `credentials_wrong` when the account changed since it authenticated
   */
  open(login: {
    authenticated: Authenticated
    clientId: string
    audience: readonly string[]
    device: Device
  }): Promise<Grant>

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

  /** The living sessions of an account, most recently used first; at most 200. */
  list(accountId: string): Promise<ListedSession[]>

  /** The living sessions of everybody, of one account or from one address, in id order. */
  page(page: {
    after: string
    limit: number
    accountId?: string | undefined
    address?: string | undefined
  }): Promise<ListedSession[]>

  /** Whether it is a session of the account, alive or not. */
  belongsTo(id: string, accountId: string): Promise<boolean>

  /**
   * Whether the session was not ended and its tokens of this version are good, by the database: for
   * the authority's own routes. Does not check its limits; no access token outlives them.
   */
  isOpen(id: string, tokenVersion: number): Promise<boolean>

  /** Forgets sessions 30 days after their absolute limit; answers how many. */
  sweep(): Promise<number>
}

/** So long a late refresh token is still told that its session ended, and an operator can look. */
const KEEP_EXPIRED_SECONDS = 30 * 86_400
const SWEEP_BATCH = 500

const MAX_LISTED = 200

const REFUSALS: readonly AuthorityCode[] = ['refresh_invalid', 'refresh_reused', 'session_ended']

/** A bound, far above what 64 callers with one token need; each attempt lost is another's gain. */
const MAX_ATTEMPTS = 100

export function createSessions(parts: {
  database: Database
  accounts: Accounts
  ends: Ends
  secrets: SecretRing
  limits: SessionLimits
  clock: Clock
  events: AuditedEvents
}): Sessions {
  const { database, accounts, ends, secrets, limits, clock, events } = parts

  function createToken(
    audience: readonly string[],
    now: number,
    sessionExpiresAt: number,
  ): IssuedToken {
    const expiresAt = Math.min(now + limits.accessTtlSeconds, sessionExpiresAt)
    return { id: createTokenId(), audience, issuedAt: now, expiresAt }
  }

  function createGrant(session: Session, account: Account, decidedAt: number): Grant {
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
  }

  /** The session, when the token is of the right form and we made it. */
  async function findAuthentic(refreshToken: string) {
    const presented = parseRefreshToken(refreshToken)
    if (presented === null) return null
    const secret = secrets.find(presented.secretId)
    const session = await findSession(database, presented.sessionId)
    if (session === null) return null
    if (secret === null) {
      // Where even the row's own secret is missing and somebody could still go on with it, our
      // settings are wrong and not the caller. Otherwise nobody can tell this token from an
      // invented one.
      if (secrets.find(session.secretId) === null && !isOver(session)) throw unknownSecret()
      return null
    }
    return isAuthentic(presented, secret, session) ? { presented, session } : null
  }

  function isOver({ endedAt, idleExpiresAt, expiresAt }: Session): boolean {
    return endedAt !== null || Math.min(idleExpiresAt, expiresAt) <= epochSeconds(clock)
  }

  /** Disabling an account ends its sessions; one disabled in any other way gets no token either. */
  async function getActive(accountId: string): Promise<Account> {
    const account = await accounts.get(accountId)
    if (account.disabledAt !== null) throw new AuthorityError('session_ended')
    return account
  }

  /** One attempt to move the session on; null when somebody else was faster. */
  async function rotate(
    db: Database,
    from: Session,
    next: { parent: number; audience: readonly string[] },
  ): Promise<Session | null> {
    const now = epochSeconds(clock)
    const token = createToken(next.audience, now, from.expiresAt)
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
    address,
    checkStillWanted,
  }: RefreshRequest): Promise<{ grant: Grant; outcome: 'rotated' | 'repeated' | 'repaired' }> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const decidedAt = clock.monotonic()
      const found = await findAuthentic(refreshToken)
      if (found === null || found.session.clientId !== clientId) {
        throw new AuthorityError('refresh_invalid')
      }
      const { presented, session } = found
      checkStillWanted()
      const verdict = judgeRotation(session, presented.generation, {
        now: epochSeconds(clock),
        graceSeconds: limits.refreshGraceSeconds,
      })
      switch (verdict) {
        case 'over':
          throw new AuthorityError('session_ended')
        case 'ahead':
          events.emit({ type: 'database_behind', id: session.id })
          throw new AuthorityError('database_behind')
        case 'reuse':
          await ends.close({ sessions: [session], reason: 'reuse', by: { actor: null, address } })
          events.emit({ type: 'refresh_reused', id: session.id })
          throw new AuthorityError('refresh_reused')
        case 'repeat': {
          const account = await getActive(session.accountId)
          const grant = createGrant(session, account, decidedAt)
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
          // Side by side: whatever changes an account's roles or disables it changes the session's
          // row as well, and then the row is not what was judged.
          const [rotated, account] = await Promise.all([
            verdict === 'rotate'
              ? rotate(database, session, next)
              : repair(session, { ...next, address }),
            getActive(session.accountId),
          ])
          if (rotated === null) continue
          const outcome = verdict === 'rotate' ? 'rotated' : 'repaired'
          return { grant: createGrant(rotated, account, decidedAt), outcome }
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
    async open({ authenticated, clientId, audience, device }) {
      const now = epochSeconds(clock)
      const expiresAt = now + limits.sessionTtlSeconds
      const token = createToken(audience, now, expiresAt)
      const session: Session = {
        id: createSessionId(),
        accountId: authenticated.accountId,
        clientId,
        salt: randomBytes(32),
        generation: 1,
        parent: null,
        rotatedAt: now,
        secretId: secrets.current.id,
        tokenVersion: 1,
        token,
        tokensExpireAt: token.expiresAt,
        idleExpiresAt: now + limits.idleTtlSeconds,
        expiresAt,
        endedAt: null,
        createdAt: now,
      }
      const decidedAt = clock.monotonic()
      const account = await database.transaction(async (tx) => {
        const confirmed = await accounts.confirm(tx, authenticated)
        await insertSession(tx, session, device)
        await events.record(tx, [
          {
            type: 'session_opened',
            result: 'done',
            actor: session.accountId,
            accountId: session.accountId,
            sessionId: session.id,
            address: device.address,
            detail: { client: clientId },
          },
        ])
        return confirmed
      })
      return createGrant(session, account, decidedAt)
    },

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
      const { presented, session } = found
      const verdict = judgeRotation(session, presented.generation, {
        now: epochSeconds(clock),
        graceSeconds: limits.refreshGraceSeconds,
      })
      const isUsable = verdict === 'rotate' || verdict === 'repeat' || verdict === 'repair'
      return { session, isUsable }
    },

    async list(accountId) {
      const now = epochSeconds(clock)
      return listSessions(database, { accountId, now, limit: MAX_LISTED })
    },

    page: (page) => pageSessions(database, { ...page, now: epochSeconds(clock) }),

    async belongsTo(id, accountId) {
      return (await findSession(database, id))?.accountId === accountId
    },

    async isOpen(id, tokenVersion) {
      const session = await findSession(database, id)
      return session !== null && session.endedAt === null && tokenVersion >= session.tokenVersion
    },

    async sweep() {
      const before = epochSeconds(clock) - KEEP_EXPIRED_SECONDS
      let swept = 0
      for (;;) {
        const count = await sweepSessions(database, { before, limit: SWEEP_BATCH })
        swept += count
        if (count < SWEEP_BATCH) return swept
      }
    },
  }
}

function unknownSecret(): AuthorityError {
  return new AuthorityError('secret_unknown', {
    message: 'a session was made under a master secret that SIGNET_SECRET does not list',
  })
}

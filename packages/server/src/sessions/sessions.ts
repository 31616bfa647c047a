// Owns sessions: how they open, which ones an account has, how long they are kept. How a refresh
// token continues one: refreshes.ts; how they end: ends.ts. Calls accounts (through its verbs)
// and its own store; signs no token and knows nothing of HTTP.
import { randomBytes } from 'node:crypto'
import type { Accounts, Authenticated } from '../accounts/accounts.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import type { AuditedEvents } from '../events.ts'
import type { Ends } from './ends.ts'
import { createGrants, type Grant, type SessionLimits } from './grants.ts'
import { createRefreshes, type Refreshes } from './refreshes.ts'
import { createSessionId, type Device, type Session } from './session.ts'
import { type ListedSession, listSessions, pageSessions } from './session-list-store.ts'
import { findSession, insertSession, sweepSessions } from './session-store.ts'

export type { ListedSession }

export interface Sessions extends Refreshes {
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

export function createSessions(parts: {
  database: Database
  accounts: Accounts
  ends: Ends
  secrets: SecretRing
  limits: SessionLimits
  clock: Clock
  events: AuditedEvents
}): Sessions {
  const { database, accounts, secrets, limits, clock, events } = parts
  const grants = createGrants(parts)

  return {
    ...createRefreshes({ ...parts, grants }),

    async open({ authenticated, clientId, audience, device }) {
      const now = epochSeconds(clock)
      const expiresAt = now + limits.sessionTtlSeconds
      const token = grants.createToken(audience, now, expiresAt)
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
      return grants.createGrant(session, account, decidedAt)
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

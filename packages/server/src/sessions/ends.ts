// How sessions end, and how the tokens they issued die while they live on. Every one of these is
// one transaction with its entries in the revocation log.
import { MAX_LEEWAY_SECONDS, type RevocationEntry } from '@signet/guard/protocol'
import type { Origin } from '../audit/audit-entry.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { AuditedEvents } from '../events.ts'
import type { Revocations } from '../revocation/revocations.ts'
import type { EndReason } from './session.ts'
import {
  type EndedSession,
  endSessions,
  findSession,
  listUnendedSessionIds,
  raiseTokenVersions,
} from './session-store.ts'

/** A session, and when the access token expires that named it, if one did. */
export interface SessionToEnd {
  readonly id: string
  readonly tokenExpiresAt?: number
}

export interface Ends {
  /**
   * Ends the sessions; those that ended before stay as they are. A session that has no row (the
   * database was put back) is recorded all the same, for as long as the token lives that named it.
   */
  close(end: { sessions: readonly SessionToEnd[]; reason: EndReason; by: Origin }): Promise<void>

  /**
   * Ends every session of an account but `except`; answers how many. The caller holds the account's
   * row, so that no session opens meanwhile, and does nothing in `tx` after this.
   */
  closeAllOf(
    tx: Database,
    end: { accountId: string; except?: string | undefined; reason: EndReason; by: Origin },
  ): Promise<number>

  /**
   * Makes every access token die that the account's sessions have issued; the sessions live on, and
   * their next tokens are good. As above: the caller holds the account, and this comes last.
   */
  killTokensOf(tx: Database, accountId: string): Promise<void>
}

export function createEnds(parts: {
  database: Database
  revocations: Revocations
  clock: Clock
  events: AuditedEvents
}): Ends {
  const { database, revocations, clock, events } = parts

  async function record(
    tx: Database,
    ended: readonly EndedSession[],
    { reason, by }: { reason: EndReason; by: Origin },
  ): Promise<void> {
    await revocations.record(
      tx,
      ended.map(({ id, tokensExpireAt }) => entryFor(id, tokensExpireAt)),
    )
    await events.record(
      tx,
      ended.map(({ id, accountId }) => ({
        type: 'session_ended',
        result: 'done',
        ...by,
        // Whoever holds a session's token may end it; who used a stolen one is not known.
        actor: by.actor ?? (reason === 'reuse' ? null : accountId),
        accountId,
        sessionId: id,
        detail: { reason },
      })),
    )
  }

  /** Of the sessions that a living token names, those that the database does not know. */
  async function findLost(
    tx: Database,
    named: readonly SessionToEnd[],
    now: number,
  ): Promise<EndedSession[]> {
    const lost: EndedSession[] = []
    for (const { id, tokenExpiresAt = 0 } of named) {
      const isDead = tokenExpiresAt + MAX_LEEWAY_SECONDS <= now
      if (isDead || (await findSession(tx, id)) !== null) continue
      lost.push({ id, accountId: null, tokensExpireAt: Math.ceil(tokenExpiresAt) })
    }
    return lost
  }

  return {
    async close({ sessions: named, reason, by }) {
      const now = epochSeconds(clock)
      const ids = [...new Set(named.map(({ id }) => id))]
      await database.transaction(async (tx) => {
        const ended = await endSessions(tx, { ids, reason, now })
        const lost = await findLost(tx, named, now)
        await record(tx, [...ended, ...lost], { reason, by })
      })
    },

    async closeAllOf(tx, { accountId, except, reason, by }) {
      const now = epochSeconds(clock)
      const all = await listUnendedSessionIds(tx, accountId)
      const ids = all.filter((id) => id !== except)
      const ended = await endSessions(tx, { ids, reason, now })
      await record(tx, ended, { reason, by })
      return ended.length
    },

    async killTokensOf(tx, accountId) {
      const raised = await raiseTokenVersions(tx, accountId)
      await revocations.record(
        tx,
        raised.map(({ id, tokenVersion, tokensExpireAt }) => ({
          ...entryFor(id, tokensExpireAt),
          below: tokenVersion,
        })),
      )
    },
  }
}

/** Lives as long as the longest token of the session, in the eyes of the most lenient verifier. */
function entryFor(id: string, tokensExpireAt: number): RevocationEntry {
  return { kind: 'session', id, expiresAt: tokensExpireAt + MAX_LEEWAY_SECONDS }
}

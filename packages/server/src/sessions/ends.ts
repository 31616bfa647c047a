// How sessions end, and how the tokens they issued die while they live on. Every one of these is
// one transaction with its entries in the revocation log.
import { MAX_LEEWAY_SECONDS, type RevocationEntry } from '@signet/guard/protocol'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { Events } from '../events.ts'
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
  close(sessions: readonly SessionToEnd[], reason: EndReason): Promise<void>

  /**
   * Ends every session of an account but `except`; answers how many. The caller holds the account's
   * row, so that no session opens meanwhile, and does nothing in `tx` after this.
   */
  closeAllOf(
    tx: Database,
    end: { accountId: string; except?: string | undefined; reason: EndReason },
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
  events: Events
}): Ends {
  const { database, revocations, clock, events } = parts

  async function record(
    tx: Database,
    ended: readonly EndedSession[],
    reason: EndReason,
  ): Promise<void> {
    await revocations.record(
      tx,
      ended.map(({ id, tokensExpireAt }) => entryFor(id, tokensExpireAt)),
    )
    tx.onCommit(() => {
      for (const { id } of ended) events.emit({ type: 'session_ended', id, reason })
    })
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
      lost.push({ id, tokensExpireAt: Math.ceil(tokenExpiresAt) })
    }
    return lost
  }

  return {
    async close(named, reason) {
      const now = epochSeconds(clock)
      const ids = [...new Set(named.map(({ id }) => id))]
      await database.transaction(async (tx) => {
        const ended = await endSessions(tx, { ids, reason, now })
        const lost = await findLost(tx, named, now)
        await record(tx, [...ended, ...lost], reason)
      })
    },

    async closeAllOf(tx, { accountId, except, reason }) {
      const now = epochSeconds(clock)
      const all = await listUnendedSessionIds(tx, accountId)
      const ids = all.filter((id) => id !== except)
      const ended = await endSessions(tx, { ids, reason, now })
      await record(tx, ended, reason)
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

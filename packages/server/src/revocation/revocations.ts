// Owns the revocation log: the truth about what is revoked, in one total order. Entries are written
// inside the transaction of the thing that causes them. Who follows the log: log-tail.ts.
import type { FeedPage, RevocationEntry } from '@signet/guard/protocol'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { readDatabaseSeconds } from '../db/database-clock.ts'
import { type Cursor, createEpoch, formatCursor, parseCursor } from './cursor.ts'
import {
  appendEntries,
  beginEpoch,
  getLogHead,
  hasKeyEntry,
  hasTokenEntry,
  listEntries,
  pruneEntries,
} from './revocation-store.ts'

export interface Revocations {
  /**
   * Begins a new epoch; once per start of an authority. The database may be an older one than a
   * follower has seen, with other entries under the numbers it knows: it takes the whole live set.
   */
  open(): Promise<void>
  /**
   * Appends within the caller's transaction, as its last statement. Followers are woken after the
   * commit; none of it happens when the transaction is rolled back. No entries: nothing happens.
   */
  record(tx: Database, entries: readonly RevocationEntry[]): Promise<void>
  /** Whether this one access token was revoked, by the database and not by what is in memory. */
  hasToken(id: string): Promise<boolean>
  /** Whether all tokens of a key are refused, for ever. */
  hasKey(db: Database, kid: string): Promise<boolean>
  /** The last entry's place. */
  head(): Promise<Cursor>
  /**
   * Up to 1,000 entries behind a cursor, and none behind `head`. Text that is no cursor, a cursor of
   * another epoch or one ahead of `head` gets the log from its beginning, marked `reset`.
   */
  pageBetween(cursor: string, head: Cursor): Promise<FeedPage>
  /** The same up to where the log is now. */
  pageAfter(cursor: string): Promise<FeedPage>
  /** Calls `wake` after every commit that appended; a hint without content. */
  onAppend(wake: () => void): void
  /**
   * Forgets entries one hour after they expired, by this clock and by the database's, so that no
   * process whose clock is ahead forgets for all; answers how many.
   */
  prune(): Promise<number>
}

const PAGE = 1_000

/** A follower whose clock or connection is an hour behind still gets what matters to it. */
const KEEP_EXPIRED_SECONDS = 3_600

export function createRevocations(parts: { database: Database; clock: Clock }): Revocations {
  const { database, clock } = parts
  const wakes: (() => void)[] = []

  async function pageBetween(text: string, head: Cursor): Promise<FeedPage> {
    const given = parseCursor(text)
    const known = given !== null && given.epoch === head.epoch && given.sequence <= head.sequence
    const after = known ? given.sequence : 0
    const rows = await listEntries(database, { after, upTo: head.sequence, limit: PAGE })
    const last = rows.at(-1)?.sequence ?? head.sequence
    const complete = rows.length < PAGE || last === head.sequence
    return {
      cursor: formatCursor({ epoch: head.epoch, sequence: complete ? head.sequence : last }),
      entries: rows.map((row) => row.entry),
      complete,
      ...(known ? {} : { reset: true }),
    }
  }

  return {
    open: () => beginEpoch(database, createEpoch()),
    hasToken: (id) => hasTokenEntry(database, id),
    hasKey: hasKeyEntry,
    head: () => getLogHead(database),
    onAppend: (wake) => {
      wakes.push(wake)
    },

    async record(tx, entries) {
      if (entries.length === 0) return
      await appendEntries(tx, { entries, now: epochSeconds(clock) })
      tx.onCommit(() => {
        for (const wake of wakes) wake()
      })
    },

    pageBetween,
    pageAfter: async (cursor) => pageBetween(cursor, await getLogHead(database)),

    async prune() {
      const now = Math.min(epochSeconds(clock), await readDatabaseSeconds(database))
      const before = now - KEEP_EXPIRED_SECONDS
      let pruned = 0
      for (;;) {
        const count = await pruneEntries(database, { before, limit: PAGE })
        pruned += count
        if (count < PAGE) return pruned
      }
    },
  }
}

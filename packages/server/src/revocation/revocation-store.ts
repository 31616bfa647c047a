import type { RevocationEntry } from '@signet/guard/protocol'
import type { Database } from '../db/database.ts'
import { createFixedQuery } from '../db/fixed-query.ts'
import { sql } from '../db/query-builder.ts'
import type { RevocationRow } from '../db/schema/schema.ts'
import type { Cursor } from './cursor.ts'

/** Names a new epoch; the numbers go on. Makes the log's one head row if it is not there. */
export async function beginEpoch(db: Database, epoch: string): Promise<void> {
  await db.query
    .insertInto('revocation_log')
    .values({ id: 1, epoch, head: 0 })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ epoch }))
    .execute()
}

export async function getLogHead(db: Database): Promise<Cursor> {
  const row = await db.query
    .selectFrom('revocation_log')
    .select(['epoch', 'head'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  return { epoch: row.epoch, sequence: row.head }
}

/**
 * Appends in one total order. Updating the head row holds it until the commit, so entries become
 * visible in the order of their numbers and a reader can never pass one that is still to come.
 * Last in its transaction, after every other row lock: nobody who holds the head waits for a row.
 */
export async function appendEntries(
  tx: Database,
  append: { entries: readonly RevocationEntry[]; now: number },
): Promise<void> {
  const { entries, now } = append
  const { head } = await tx.query
    .updateTable('revocation_log')
    .set((eb) => ({ head: eb('head', '+', entries.length) }))
    .where('id', '=', 1)
    .returning('head')
    .executeTakeFirstOrThrow()
  const first = head - entries.length + 1
  await tx.query
    .insertInto('revocations')
    .values(
      entries.map((entry, index) => ({
        sequence: first + index,
        kind: entry.kind,
        subject_id: entry.id,
        below: entry.below ?? null,
        before: entry.before ?? null,
        expires_at: entry.expiresAt,
        recorded_at: now,
      })),
    )
    .execute()
}

export interface NumberedEntry {
  readonly sequence: number
  readonly entry: RevocationEntry
}

/** The next entries behind `after`, by primary key; not beyond `upTo`. */
export async function listEntries(
  db: Database,
  range: { after: number; upTo: number; limit: number },
): Promise<NumberedEntry[]> {
  const rows = await db.query
    .selectFrom('revocations')
    .selectAll()
    .where('sequence', '>', range.after)
    .where('sequence', '<=', range.upTo)
    .orderBy('sequence')
    .limit(range.limit)
    .execute()
  return rows.map((row) => ({ sequence: row.sequence, entry: toEntry(row) }))
}

const selectTokenEntry = createFixedQuery<{ id: string }, { sequence: number }>((query, value) =>
  query
    .selectFrom('revocations')
    .select('sequence')
    .where('kind', '=', sql.lit('token'))
    .where('subject_id', '=', value('id'))
    .limit(1),
)

/** By `revocations_token`. */
export async function hasTokenEntry(db: Database, id: string): Promise<boolean> {
  return (await selectTokenEntry(db, { id })).length > 0
}

/** Reads the whole log: for what operators do by hand. */
export async function hasKeyEntry(db: Database, kid: string): Promise<boolean> {
  const row = await db.query
    .selectFrom('revocations')
    .select('sequence')
    .where('kind', '=', 'key')
    .where('subject_id', '=', kid)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Deletes entries that expired before `before`; those that never expire stay. By `revocations_expiry`. */
export async function pruneEntries(
  db: Database,
  prune: { before: number; limit: number },
): Promise<number> {
  const rows = await db.query
    .deleteFrom('revocations')
    .where('sequence', 'in', (old) =>
      old
        .selectFrom('revocations')
        .select('sequence')
        .where('expires_at', '<', prune.before)
        .limit(prune.limit),
    )
    .returning('sequence')
    .execute()
  return rows.length
}

function toEntry(row: RevocationRow): RevocationEntry {
  return {
    kind: row.kind,
    id: row.subject_id,
    ...(row.below === null ? {} : { below: row.below }),
    ...(row.before === null ? {} : { before: row.before }),
    expiresAt: row.expires_at,
  }
}

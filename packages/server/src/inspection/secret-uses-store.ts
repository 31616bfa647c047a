// What hangs on which master secret, counted over the rows of every domain: reads their tables and
// knows none of their rules.
import type { Database } from '../db/database.ts'

/** How many rows name a secret, by its id. */
export type SecretCounts = ReadonlyMap<number, number>

/** Sessions that can still go on. Reads the whole table. */
export async function countSessionSecrets(db: Database, now: number): Promise<SecretCounts> {
  const rows = await db.query
    .selectFrom('sessions')
    .select((eb) => ['secret_id', eb.fn.countAll<number>().as('count')])
    .where('ended_at', 'is', null)
    .where('idle_expires_at', '>', now)
    .where('expires_at', '>', now)
    .groupBy('secret_id')
    .execute()
  return toCounts(rows)
}

/** Signing keys that are published. */
export async function countKeySecrets(db: Database): Promise<SecretCounts> {
  const rows = await db.query
    .selectFrom('signing_keys')
    .select((eb) => ['secret_id', eb.fn.countAll<number>().as('count')])
    .where('state', '!=', 'revoked')
    .groupBy('secret_id')
    .execute()
  return toCounts(rows)
}

/** Entries of the audit log. Reads the whole table. */
export async function countAuditSecrets(db: Database): Promise<SecretCounts> {
  const rows = await db.query
    .selectFrom('audit')
    .select((eb) => ['secret_id', eb.fn.countAll<number>().as('count')])
    .groupBy('secret_id')
    .execute()
  return toCounts(rows)
}

function toCounts(rows: readonly { secret_id: number; count: number }[]): SecretCounts {
  return new Map(rows.map(({ secret_id, count }) => [secret_id, count]))
}

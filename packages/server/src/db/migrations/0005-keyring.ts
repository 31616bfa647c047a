import type { Kysely } from 'kysely'
import { sql } from '../query-builder.ts'

/** Keys that rotate by themselves: what each waits for, and one active and one next in all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const alter = () => db.schema.alterTable('signing_keys')
  await alter().addColumn('announced_at', 'bigint').execute()
  await alter().addColumn('revoked_at', 'bigint').execute()
  await alter().addColumn('due_at', 'bigint').execute()
  // Keys of before: the longest lifetime that settings allowed, and twice as long as sets were cached.
  await alter()
    .addColumn('announce_seconds', 'integer', (column) => column.notNull().defaultTo(601))
    .execute()
  await alter()
    .addColumn('token_seconds', 'integer', (column) => column.notNull().defaultTo(3_600))
    .execute()
  await db.schema.dropIndex('signing_keys_active').execute()
  await db.schema.dropIndex('signing_keys_next').execute()
  await sql`create unique index signing_keys_state on signing_keys (state)
    where state in ('active', 'next')`.execute(db)
}

import type { Kysely } from 'kysely'
import { sql } from '../query-builder.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('clients')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('audiences', 'text', (column) => column.notNull())
    .addColumn('rights', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text', (column) => column.notNull())
    .addColumn('former_secret_hash', 'text')
    .addColumn('secret_changed_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_before', 'bigint')
    .addColumn('disabled_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()

  // Whether one token was revoked is asked by its id. Of single tokens only: ends of sessions, which
  // are many, pay nothing for it.
  await sql`create index revocations_token on revocations (subject_id) where kind = 'token'`.execute(
    db,
  )
}

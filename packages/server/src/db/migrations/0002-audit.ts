import type { Kysely } from 'kysely'
import { sql } from '../query-builder.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  const bytes = db.getExecutor().adapter.supportsTransactionalDdl ? sql`bytea` : sql`blob`
  await db.schema
    .createTable('audit')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey().notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('actor', 'text')
    .addColumn('account_id', 'text')
    .addColumn('session_id', 'text')
    .addColumn('address', 'text')
    .addColumn('detail', 'text')
    .addColumn('hash', bytes, (column) => column.notNull())
    .addColumn('seal', bytes, (column) => column.notNull())
    .addColumn('secret_id', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('audit_account')
    .on('audit')
    .columns(['account_id', 'sequence'])
    .execute()

  // Where the chain ends, and where what is kept of it begins.
  await db.schema
    .createTable('audit_points')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('hash', bytes, (column) => column.notNull())
    .addColumn('seal', bytes, (column) => column.notNull())
    .addColumn('secret_id', 'bigint', (column) => column.notNull())
    .execute()
}

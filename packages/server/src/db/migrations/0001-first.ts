import type { Kysely } from 'kysely'
import { sql } from '../query-builder.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('email_verified', 'integer', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('credentials_version', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('disabled_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('roles')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('account_roles')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('role', 'text', (column) => column.notNull().references('roles.name'))
    .addPrimaryKeyConstraint('account_roles_pkey', ['account_id', 'role'])
    .execute()

  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('salt', bytes(db), (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('parent', 'integer')
    .addColumn('rotated_at', 'bigint', (column) => column.notNull())
    .addColumn('secret_id', 'bigint', (column) => column.notNull())
    .addColumn('token_version', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('token_id', 'text', (column) => column.notNull())
    .addColumn('token_audience', 'text', (column) => column.notNull())
    .addColumn('token_issued_at', 'bigint', (column) => column.notNull())
    .addColumn('token_expires_at', 'bigint', (column) => column.notNull())
    .addColumn('tokens_expire_at', 'bigint', (column) => column.notNull())
    .addColumn('idle_expires_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('end_reason', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('user_agent', 'text')
    .addColumn('address', 'text')
    .execute()
  await db.schema
    .createIndex('sessions_account')
    .on('sessions')
    .columns(['account_id', 'id'])
    .execute()
  // Never changes after the login, unlike the idle limit: a refresh touches no index.
  await db.schema.createIndex('sessions_limit').on('sessions').column('expires_at').execute()

  await db.schema
    .createTable('signing_keys')
    .addColumn('kid', 'text', (column) => column.primaryKey().notNull())
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('sealed_jwk', bytes(db), (column) => column.notNull())
    .addColumn('secret_id', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('activated_at', 'bigint')
    .addColumn('retired_at', 'bigint')
    .execute()
  // One active and one next key per algorithm, whatever several processes do at once.
  await sql`create unique index signing_keys_active on signing_keys (algorithm) where state = 'active'`.execute(
    db,
  )
  await sql`create unique index signing_keys_next on signing_keys (algorithm) where state = 'next'`.execute(
    db,
  )

  await db.schema
    .createTable('revocations')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject_id', 'text', (column) => column.notNull())
    .addColumn('below', 'integer')
    .addColumn('before', 'bigint')
    .addColumn('expires_at', 'bigint')
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('revocations_expiry').on('revocations').column('expires_at').execute()
  await db.schema
    .createTable('revocation_log')
    .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('epoch', 'text', (column) => column.notNull())
    .addColumn('head', 'bigint', (column) => column.notNull())
    .execute()
}

/** The binary column type of the dialect that compiles for `db`. */
function bytes(db: Kysely<unknown>) {
  return db.getExecutor().adapter.supportsTransactionalDdl ? sql`bytea` : sql`blob`
}

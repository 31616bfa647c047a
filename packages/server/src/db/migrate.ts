// Brings the schema to this version: numbered, frozen steps, each applied once and all of them in
// one transaction that other starting processes wait for.
import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import { epochSeconds } from '../clock.ts'
import { StartError } from '../errors.ts'
import type { Database } from './database.ts'
import { up as first } from './migrations/0001-first.ts'
import { up as audit } from './migrations/0002-audit.ts'
import { up as operators } from './migrations/0003-operators.ts'
import { up as clients } from './migrations/0004-clients.ts'
import { up as keyring } from './migrations/0005-keyring.ts'
import { sql } from './query-builder.ts'

export interface Migration {
  readonly name: string
  readonly up: (db: Kysely<unknown>) => Promise<void>
}

/** In order; a step that was released is never edited. Its version is its place, from 1. */
export const MIGRATIONS: readonly Migration[] = [
  { name: 'first', up: first },
  { name: 'audit', up: audit },
  { name: 'operators', up: operators },
  { name: 'clients', up: clients },
  { name: 'keyring', up: keyring },
]

/** Any number, as long as every version of this program takes the same. */
const LOCK = 7_369_676

export interface MigrationPlan {
  /** 0 for an empty database. */
  readonly from: number
  readonly to: number
  /** What is missing, by name and in order. */
  readonly pending: readonly string[]
}

/** What {@link migrate} would do. Changes nothing. @throws StartError for a newer database */
export async function planMigrations(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<MigrationPlan> {
  const from = (await hasVersions(database)) ? await findVersion(database) : 0
  return planFrom(from, migrations)
}

/**
 * Applies what is missing; answers what that was. A database written by a newer version is refused,
 * untouched. Inside a transaction it joins that one.
 * @throws StartError when the database is newer than this program, and what `beforeSteps` throws
 */
export async function migrate(
  database: Database,
  options: {
    clock: Clock
    migrations?: readonly Migration[]
    /**
     * Called once the database is known to be older and nobody else can write to it, before
     * anything is changed; not for an empty one.
     */
    beforeSteps?: (plan: MigrationPlan) => Promise<void>
  },
): Promise<MigrationPlan> {
  const { clock, migrations = MIGRATIONS, beforeSteps } = options
  return database.transaction(async (tx) => {
    await lockSchema(tx)
    // Asked again under the lock: another process may have been faster.
    const plan = await planMigrations(tx, migrations)
    if (plan.pending.length === 0) return plan
    if (plan.from > 0) await beforeSteps?.(plan)
    else await createVersions(tx)
    for (const [index, migration] of migrations.entries()) {
      if (index < plan.from) continue
      await migration.up(tx.query as unknown as Kysely<unknown>)
      await tx.query
        .insertInto('migrations')
        .values({ version: index + 1, name: migration.name, applied_at: epochSeconds(clock) })
        .execute()
    }
    return plan
  })
}

/**
 * Until the end of the transaction, one process at a time. On SQLite a transaction is alone anyway.
 * Belongs to the transaction, not to the connection, so it holds behind a pooler as well.
 */
async function lockSchema(tx: Database): Promise<void> {
  if (tx.kind === 'postgres') await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx.query)
}

async function hasVersions({ kind, query }: Database): Promise<boolean> {
  const { rows } =
    kind === 'sqlite'
      ? await sql`select 1 from sqlite_master where type = 'table' and name = 'migrations'`.execute(
          query,
        )
      : // Not to_regclass(): it answers from the connection's cache, which in a transaction that has
        // just waited for another process still says what was before.
        await sql`select 1 from pg_tables
          where tablename = 'migrations' and schemaname = any (current_schemas(false))`.execute(
          query,
        )
  return rows.length > 0
}

async function createVersions(tx: Database): Promise<void> {
  await tx.query.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute()
}

async function findVersion(db: Database): Promise<number> {
  const row = await db.query
    .selectFrom('migrations')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst()
  return Number(row?.version ?? 0)
}

function planFrom(from: number, migrations: readonly Migration[]): MigrationPlan {
  const to = migrations.length
  if (from > to) {
    throw new StartError([
      `the database has version ${from}, this program knows versions up to ${to}: run the newer Signet that wrote it, or restore a backup`,
    ])
  }
  return { from, to, pending: migrations.slice(from).map(({ name }) => name) }
}

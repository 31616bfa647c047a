// Brings the schema to this version: numbered, frozen steps, each applied once and all of them in
// one transaction that other starting processes wait for.
import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import { epochSeconds } from '../clock.ts'
import { StartError } from '../errors.ts'
import type { Database } from './database.ts'
import { up as first } from './migrations/0001-first.ts'
import { sql } from './query-builder.ts'

export interface Migration {
  readonly name: string
  readonly up: (db: Kysely<unknown>) => Promise<void>
}

/** In order; a step that was released is never edited. Its version is its place, from 1. */
const MIGRATIONS: readonly Migration[] = [{ name: 'first', up: first }]

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
  const tables = await database.query.introspection.getTables()
  const isEmpty = !tables.some(({ name }) => name === 'migrations')
  const from = isEmpty ? 0 : await findVersion(database)
  if (from > migrations.length) throw newer(from, migrations.length)
  const pending = migrations.slice(from).map(({ name }) => name)
  return { from, to: migrations.length, pending }
}

/**
 * Applies what is missing. A database written by a newer version is refused, untouched.
 * @throws StartError when the database is newer than this program
 */
export async function migrate(
  database: Database,
  clock: Clock,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await database.transaction(async (tx) => {
    await lockSchema(tx)
    await tx.query.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey().notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    const version = await findVersion(tx)
    if (version > migrations.length) throw newer(version, migrations.length)
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue
      await migration.up(tx.query as unknown as Kysely<unknown>)
      await tx.query
        .insertInto('migrations')
        .values({ version: index + 1, name: migration.name, applied_at: epochSeconds(clock) })
        .execute()
    }
  })
}

/**
 * Until the end of the transaction, one process at a time. On SQLite a transaction is alone anyway.
 * Belongs to the transaction, not to the connection, so it holds behind a pooler as well.
 */
async function lockSchema(tx: Database): Promise<void> {
  if (tx.kind === 'postgres') await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx.query)
}

async function findVersion(db: Database): Promise<number> {
  const row = await db.query
    .selectFrom('migrations')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst()
  return Number(row?.version ?? 0)
}

function newer(version: number, known: number): StartError {
  return new StartError([
    `the database has version ${version}, this program knows versions up to ${known}: run the newer Signet that wrote it, or restore a backup`,
  ])
}

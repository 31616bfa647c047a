// Brings the schema to this version: numbered, frozen steps, each applied once and all of them in
// one transaction that other starting processes wait for.
import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import { epochSeconds } from '../clock.ts'
import { StartError } from '../errors.ts'
import type { Database } from './database.ts'
import { up as first } from './migrations/0001-first.ts'

/** In order; a step that was released is never edited. Its version is its place, from 1. */
const MIGRATIONS: readonly { name: string; up: (db: Kysely<unknown>) => Promise<void> }[] = [
  { name: 'first', up: first },
]

/**
 * Applies what is missing. A database written by a newer version is refused, untouched.
 * @throws StartError when the database is newer than this program
 */
export async function migrate(database: Database, clock: Clock): Promise<void> {
  // `if not exists` inside the transaction: two processes may both find an empty file.
  await database.transaction(async (tx) => {
    await tx.query.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey().notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    const row = await tx.query
      .selectFrom('migrations')
      .select((eb) => eb.fn.max('version').as('version'))
      .executeTakeFirst()
    const version = Number(row?.version ?? 0)
    if (version > MIGRATIONS.length) {
      throw new StartError([
        `the database has version ${version}, this program knows versions up to ${MIGRATIONS.length}: run the newer Signet that wrote it, or restore a backup`,
      ])
    }
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < version) continue
      await migration.up(tx.query as unknown as Kysely<unknown>)
      await tx.query
        .insertInto('migrations')
        .values({ version: index + 1, name: migration.name, applied_at: epochSeconds(clock) })
        .execute()
    }
  })
}

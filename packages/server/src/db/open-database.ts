import { existsSync } from 'node:fs'
import { type Clock, systemClock } from '../clock.ts'
import type { DatabaseAddress } from '../config/database-address.ts'
import { StartError } from '../errors.ts'
import type { Database } from './database.ts'
import { keepCopy } from './keep-copy.ts'
import { MIGRATIONS, type Migration, migrate, planMigrations } from './migrate.ts'
import { openPostgres } from './open-postgres.ts'
import { openSqlite } from './open-sqlite.ts'
import { sql } from './query-builder.ts'
import type { DatabaseUse } from './sqlite-runtime.ts'

/** So long a start waits for another process that upgrades a database file. */
const UPGRADE_WAIT_MS = 60_000

export interface Upgrade {
  /** 0: there was nothing yet. */
  readonly from: number
  readonly to: number
  /** Where the SQLite file as it was before is kept. */
  readonly copy: string | null
}

export interface OpenOptions {
  readonly clock?: Clock
  /** Called when this process brought a database of an older version to this one. */
  readonly onUpgrade?: (upgrade: Upgrade) => void
  readonly migrations?: readonly Migration[]
}

/**
 * The database at an address as it is, whatever its version. With `read` an SQLite file is neither
 * made nor written to; a PostgreSQL database is not kept from it.
 * @throws StartError
 */
export function connectDatabase(address: DatabaseAddress, use?: DatabaseUse): Promise<Database> {
  return address.kind === 'sqlite' ? openSqlite(address.path, use) : openPostgres(address.server)
}

/**
 * The database at an address, brought to this version. Of several processes at once one does it and
 * the others wait. An SQLite file of an older version is copied first.
 * @throws StartError
 */
export async function openDatabase(
  address: DatabaseAddress,
  options: OpenOptions = {},
): Promise<Database> {
  const database = await connectDatabase(address)
  try {
    await upgradeDatabase(database, address, options)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * The database at an address, which must be of this version: for commands beside authorities that
 * run on it, whose schema is not theirs to change. Makes nothing.
 * @throws StartError
 */
export async function openCurrentDatabase(
  address: DatabaseAddress,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<Database> {
  if (isMissing(address)) throw noDatabase(address)
  const database = await connectDatabase(address)
  try {
    const { from, to } = await planMigrations(database, migrations)
    if (from === 0) throw noDatabase(address)
    if (from < to) {
      throw new StartError([
        `the database has version ${from}, this program works with version ${to}: run \`signet migrate\` first, or the Signet that is running on it`,
      ])
    }
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Whether opening would make a new file. A PostgreSQL database is never made. */
export function isMissing(address: DatabaseAddress): boolean {
  return address.kind === 'sqlite' && !existsSync(address.path)
}

/**
 * Brings an open database to this version.
 * @throws StartError
 */
export async function upgradeDatabase(
  database: Database,
  address: DatabaseAddress,
  options: OpenOptions = {},
): Promise<Upgrade> {
  const { clock = systemClock, migrations = MIGRATIONS, onUpgrade } = options
  const { from, to, pending } = await planMigrations(database, migrations)
  if (pending.length === 0) return { from, to, copy: null }
  if (database.kind === 'sqlite') {
    // Another process may be copying and upgrading a large file.
    await sql`pragma busy_timeout = ${sql.lit(UPGRADE_WAIT_MS)}`.execute(database.query)
  }
  let copy: string | null = null
  const done = await migrate(database, {
    clock,
    migrations,
    beforeSteps: async (plan) => {
      if (address.kind !== 'sqlite') return
      copy = await keepCopy(address.path, { version: plan.from, clock })
    },
  })
  database.setPatience('starting')
  const upgrade = { from: done.from, to: done.to, copy }
  if (done.from > 0 && done.from < done.to) onUpgrade?.(upgrade)
  return upgrade
}

function noDatabase(address: DatabaseAddress): StartError {
  const name = address.kind === 'sqlite' ? address.path : address.server.name
  return new StartError([
    `there is no database of Signet at ${name}: name the right one with SIGNET_DATABASE_URL`,
  ])
}

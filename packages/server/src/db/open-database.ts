import { existsSync } from 'node:fs'
import { type Clock, systemClock } from '../clock.ts'
import type { DatabaseAddress } from '../config/database-address.ts'
import type { Database } from './database.ts'
import { keepCopy } from './keep-copy.ts'
import { MIGRATIONS, type Migration, migrate, planMigrations } from './migrate.ts'
import { openPostgres } from './open-postgres.ts'
import { openSqlite } from './open-sqlite.ts'
import { sql } from './query-builder.ts'

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

/** The database at an address as it is, whatever its version. @throws StartError */
export function connectDatabase(address: DatabaseAddress): Promise<Database> {
  return address.kind === 'sqlite' ? openSqlite(address.path) : openPostgres(address.server)
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
    await upgrade(database, address, options)
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

async function upgrade(
  database: Database,
  address: DatabaseAddress,
  options: OpenOptions,
): Promise<void> {
  const { clock = systemClock, migrations = MIGRATIONS, onUpgrade } = options
  const { from, pending } = await planMigrations(database, migrations)
  if (pending.length === 0) return
  if (database.kind === 'sqlite' && from > 0) {
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
  if (done.from > 0 && done.pending.length > 0) {
    onUpgrade?.({ from: done.from, to: done.to, copy })
  }
}

// SQLite in one file: write-ahead log, every commit on disk before it is acknowledged.
import { accessSync, closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from '../errors.ts'
import { Database, type Patience } from './database.ts'
import { Kysely } from './query-builder.ts'
import type { Schema } from './schema/schema.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'
import { type DatabaseUse, loadSqlite, type SqliteConnection } from './sqlite-runtime.ts'

/**
 * So long a statement waits for another process that writes. While an authority serves, everybody
 * in it waits with it, so it rather answers 503.
 */
const LOCK_TIMEOUT_MS = { starting: 5_000, serving: 500 } as const satisfies Record<
  Patience,
  number
>

/**
 * Opens the database file, and makes it unless it is only to be read. One connection: SQLite has one
 * writer, and a read takes microseconds. To read what was committed SQLite needs its two files beside
 * the database, also then: it makes them where they are not there, and leaves them.
 * @throws StartError when the folder or the file cannot be used, for writing in either case
 */
export async function openSqlite(path: string, use: DatabaseUse = 'write'): Promise<Database> {
  checkWritable(path, use)
  const connection = await connect(path, use)
  return new Database({
    query: new Kysely<Schema>({ dialect: createSqliteDialect(connection, use) }),
    kind: 'sqlite',
    setPatience: (patience) =>
      connection.exec(`pragma busy_timeout = ${LOCK_TIMEOUT_MS[patience]}`),
  })
}

function checkWritable(path: string, use: DatabaseUse): void {
  const folder = dirname(path)
  try {
    if (use === 'write') mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK | constants.X_OK)
    // Password hashes are in it: only its owner reads it, whatever the folder allows.
    if (use === 'write') closeSync(openSync(path, 'a', 0o600))
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw new StartError(
      [
        `the database ${path} cannot be written (${(cause as NodeJS.ErrnoException).code}): make its folder writable for this user, or name another place with SIGNET_DATABASE_URL`,
      ],
      { cause },
    )
  }
}

async function connect(path: string, use: DatabaseUse): Promise<SqliteConnection> {
  const open = await loadSqlite()
  try {
    const connection = open(path, use)
    connection.exec(`pragma busy_timeout = ${LOCK_TIMEOUT_MS.starting}`)
    if (use === 'read') {
      // Fails for what is no SQLite file.
      connection.exec('pragma schema_version')
      return connection
    }
    connection.exec('pragma journal_mode = wal')
    connection.exec('pragma synchronous = full')
    connection.exec('pragma foreign_keys = on')
    return connection
  } catch (cause) {
    throw new StartError(
      [
        `the database ${path} cannot be opened (${(cause as Error).message}): is it an SQLite file, and is the disk all right?`,
      ],
      { cause },
    )
  }
}

// Which SQLite this runtime has, in the small shape that the query builder asks for.
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { DatabaseError } from './errors.ts'

/** `read`: the database file is neither made nor written to. */
export type DatabaseUse = 'write' | 'read'

export interface SqliteConnection extends SqliteDatabase {
  exec(sql: string): void
}

/** The part of `node:sqlite` that is used; `@photostructure/sqlite` has the same. */
interface DatabaseSync {
  exec(sql: string): void
  close(): void
  prepare(sql: string): StatementSync
}

interface StatementSync {
  all(...parameters: never[]): unknown[]
  run(...parameters: never[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  iterate(...parameters: never[]): IterableIterator<unknown>
  columns(): unknown[]
}

type SqliteModule = {
  DatabaseSync: new (path: string, options: { readOnly: boolean }) => DatabaseSync
  StatementSync: { prototype: object }
}

/** `node:sqlite` where the runtime has all of it that is needed, otherwise the packaged one. */
export async function loadSqlite(): Promise<(path: string, use: DatabaseUse) => SqliteConnection> {
  const module = (await loadBuiltIn()) ?? (await import('@photostructure/sqlite'))
  return (path, use) => adapt(new module.DatabaseSync(path, { readOnly: use === 'read' }))
}

async function loadBuiltIn(): Promise<SqliteModule | null> {
  try {
    const name = 'node:sqlite'
    const module: SqliteModule = await import(name)
    return 'columns' in module.StatementSync.prototype ? module : null
  } catch {
    // Older runtimes do not know the module: the packaged one takes its place.
    return null
  }
}

/** Statements are prepared once: the SQL texts of this program are few and fixed. */
const MAX_PREPARED = 200

function adapt(database: DatabaseSync): SqliteConnection {
  const prepared = new Map<string, SqliteStatement>()
  return {
    exec: (sql) => database.exec(sql),
    close() {
      prepared.clear()
      database.close()
    },
    prepare(sql) {
      const known = prepared.get(sql)
      if (known !== undefined) return known
      const statement = attempt(() => adaptStatement(database.prepare(sql)))
      if (prepared.size < MAX_PREPARED) prepared.set(sql, statement)
      return statement
    },
  }
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => attempt(() => statement.all(...(parameters as never[]))),
    run: (parameters) => attempt(() => statement.run(...(parameters as never[]))),
    iterate: (parameters) => statement.iterate(...(parameters as never[])),
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof Error ? new DatabaseError(error) : error
  }
}

import { DatabaseSync } from '@photostructure/sqlite'

/** Runs one statement on a database file, beside the authority if one is running. */
export async function querySqliteFile(
  path: string,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma busy_timeout = 5000')
    return database.prepare(sql).all(...(parameters as never[])) as Record<string, unknown>[]
  } finally {
    database.close()
  }
}

/** Keeps everybody else from reading the file, until it is disposed of. */
export function lockSqliteFile(path: string): Disposable {
  const database = new DatabaseSync(path)
  database.exec('begin exclusive')
  return { [Symbol.dispose]: () => database.close() }
}

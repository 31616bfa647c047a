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

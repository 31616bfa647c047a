import { loadSqlite } from '../src/db/sqlite-runtime.ts'

/** Runs one statement on an authority's database file, beside the authority if it is running. */
export async function queryFile(
  path: string,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const open = await loadSqlite()
  const connection = open(path)
  try {
    connection.exec('pragma busy_timeout = 5000')
    return connection.prepare(sql).all(parameters) as Record<string, unknown>[]
  } finally {
    connection.close()
  }
}

/** How many rows each table holds: equal before and after means that nothing was written or lost. */
export async function countRows(path: string): Promise<Record<string, unknown>> {
  const tables = await queryFile(path, "select name from sqlite_master where type = 'table'")
  const counts = tables.map(({ name }) => `(select count(*) from ${name}) as ${name}`)
  const [row] = await queryFile(path, `select ${counts.join(', ')}`)
  return { ...row }
}

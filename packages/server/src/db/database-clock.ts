import type { Database } from './database.ts'
import { sql } from './query-builder.ts'

/** Epoch seconds by the database's own clock: one for all processes, wherever they run. */
export async function readDatabaseSeconds({ kind, query }: Database): Promise<number> {
  const now = kind === 'sqlite' ? sql`unixepoch()` : sql`extract(epoch from clock_timestamp())`
  const { rows } = await sql<{ now: number | string }>`select ${now} as now`.execute(query)
  return Math.floor(Number(rows[0]?.now))
}

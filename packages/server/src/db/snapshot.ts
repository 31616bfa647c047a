import { Database } from './database.ts'
import { sql } from './query-builder.ts'

/**
 * Runs `work` on the database as it was at one moment, however long that takes: what others commit
 * meanwhile is not seen, and nobody waits for it. `work` must only read, and nobody else may use
 * this handle meanwhile: on SQLite they would stand in the same transaction. There the write-ahead
 * log grows until it is done.
 * @throws DatabaseError
 */
export function readSnapshot<T>(
  database: Database,
  work: (snapshot: Database) => Promise<T>,
): Promise<T> {
  if (database.kind === 'postgres') return readPostgres(database, work)
  return database.query.connection().execute(async (query) => {
    const run = (statement: string) => sql.raw(statement).execute(query)
    await run('begin')
    try {
      return await work(new Database({ kind: 'sqlite', query, setPatience() {} }))
    } finally {
      await run('rollback').catch(() => {})
    }
  })
}

function readPostgres<T>(database: Database, work: (snapshot: Database) => Promise<T>): Promise<T> {
  return database.query
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (query) => {
      // Whoever takes the rows may be slow.
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(query)
      return work(new Database({ kind: 'postgres', query, setPatience() {} }))
    })
}

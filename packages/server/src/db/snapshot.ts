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
  const { kind } = database
  return database.query.connection().execute(async (query) => {
    const run = (statement: string) => sql.raw(statement).execute(query)
    if (kind === 'sqlite') await run('begin')
    else {
      await run('start transaction isolation level repeatable read, read only')
      // Whoever takes the rows may be slow.
      await run('set local idle_in_transaction_session_timeout = 0')
    }
    try {
      return await work(new Database({ kind, query, setPatience() {} }))
    } finally {
      // A connection that broke has ended it already, and says so itself.
      await run('rollback').catch(() => {})
    }
  })
}

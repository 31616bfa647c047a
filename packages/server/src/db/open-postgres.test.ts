import { FakeClock, openPostgresDatabase, waitUntil } from '@signet/testkit'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { sql } from './query-builder.ts'

test('a connection that breaks between two statements of a transaction fails it, and nothing else', async () => {
  await using testDatabase = await openPostgresDatabase()
  const database = await openTestDatabase(testDatabase, new FakeClock())
  try {
    const broken = database.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx.query)
      const pid = rows[0]?.pid
      await testDatabase.query('select pg_terminate_backend($1)', [pid])
      await waitUntil('the connection is gone', async () => {
        const found = await testDatabase.query('select 1 from pg_stat_activity where pid = $1', [
          pid,
        ])
        return found.length === 0
      })
      await tx.query.selectFrom('accounts').selectAll().execute()
    })
    await expect(broken).rejects.toMatchObject({ code: 'unavailable' })
    expect(await database.query.selectFrom('accounts').selectAll().execute()).toEqual([])
  } finally {
    await database.close()
  }
})

test('a statement is parsed once, and every time again after a connection was not what it was', async () => {
  await using testDatabase = await openPostgresDatabase()
  const database = await openTestDatabase(testDatabase, new FakeClock())
  const ask = () =>
    database.query.selectFrom('accounts').select('id').where('id', '=', 'nobody').execute()
  const findPrepared = async () => {
    const { rows } = await sql<{ statement: string }>`
      select statement from pg_prepared_statements`.execute(database.query)
    return rows.filter(({ statement }) => statement.includes('"accounts"'))
  }
  try {
    for (let round = 0; round < 3; round++) await ask()
    expect(await findPrepared()).toHaveLength(1)
    // As behind a pooler, where the next statement may meet another connection.
    await sql`deallocate all`.execute(database.query)
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' })
    for (let round = 0; round < 3; round++) expect(await ask()).toEqual([])
    expect(await findPrepared()).toEqual([])
  } finally {
    await database.close()
  }
})

test('closing ends while connections are only being made, and the statements that wanted them fail', async () => {
  await using testDatabase = await openPostgresDatabase()
  const database = await openTestDatabase(testDatabase, new FakeClock())
  const asked = Array.from({ length: 4 }, () =>
    database.query.selectFrom('accounts').select('id').execute(),
  )
  const outcomes = Promise.allSettled(asked)
  // Until they have asked for connections.
  await new Promise(setImmediate)
  await database.close()
  const reasons = (await outcomes).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(reasons.length).toBeGreaterThan(0)
  for (const reason of reasons) expect(reason).toMatchObject({ code: 'unavailable' })
})

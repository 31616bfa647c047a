import { FakeClock, openPostgresDatabase, waitUntil } from '@signet/testkit'
import { expect, test } from 'vitest'
import { parseDatabaseAddress } from '../config/database-address.ts'
import { migrate, planMigrations } from './migrate.ts'
import { connectDatabase } from './open-database.ts'

test('on PostgreSQL whoever waited while another made the tables finds them', async () => {
  const clock = new FakeClock()
  await using testDatabase = await openPostgresDatabase()
  const address = parseDatabaseAddress(testDatabase.settings.SIGNET_DATABASE_URL, '/')
  if (address === null) throw new Error('the test kit gave an address that is none')
  const [first, second] = [await connectDatabase(address), await connectDatabase(address)]
  try {
    // Its connection has seen that there is nothing.
    expect((await planMigrations(second)).from).toBe(0)
    let waiting: Promise<unknown> | undefined
    await first.transaction(async (tx) => {
      // Takes the lock and has nothing to do.
      await migrate(tx, { clock, migrations: [] })
      waiting = migrate(second, { clock })
      // Its rejection is awaited below.
      waiting.catch(() => {})
      await waitUntil('the second waits for the first', async () => {
        const locks = await testDatabase.query('select 1 from pg_locks where not granted')
        return locks.length > 0
      })
      await migrate(tx, { clock })
    })
    expect(await waiting).toMatchObject({ pending: [] })
  } finally {
    await Promise.all([first.close(), second.close()])
  }
})

import { FakeClock, openSqliteDatabase } from '@signet/testkit'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { LogTail } from './log-tail.ts'
import { createRevocations, type Revocations } from './revocations.ts'

test('a reading that waited for the database tells both clocks as they were when it began', async () => {
  await using testDatabase = await openSqliteDatabase()
  const clock = new FakeClock()
  const database = await openTestDatabase(testDatabase, clock)
  const revocations = createRevocations({ database, clock })
  await revocations.open()
  const slow: Revocations = {
    ...revocations,
    async head() {
      clock.advance(7)
      return revocations.head()
    },
  }
  const began = { startedAt: clock.monotonic(), now: clock.now() }
  const tail = new LogTail({ revocations: slow, clock, events: { emit() {} } })
  const read = new Promise((resolve) => tail.listen(resolve))
  tail.wake()
  expect(await read).toMatchObject(began)
  await tail.close()
  await database.close()
})

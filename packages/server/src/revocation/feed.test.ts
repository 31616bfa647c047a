import { PassThrough } from 'node:stream'
import { openSqliteDatabase } from '@signet/testkit'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { systemClock } from '../clock.ts'
import { Feed } from './feed.ts'
import { FeedPages } from './feed-pages.ts'
import { LogTail } from './log-tail.ts'
import { createRevocations } from './revocations.ts'

test('who is gone before the answer begins keeps no slot', async () => {
  await using testDatabase = await openSqliteDatabase()
  const clock = systemClock
  const database = await openTestDatabase(testDatabase, clock)
  const revocations = createRevocations({ database, clock })
  await revocations.open()
  const events = { emit() {} }
  const tail = new LogTail({ revocations, clock, events })
  const parts = { pages: new FeedPages(revocations), tail, clock, events }
  const feed = new Feed(parts, { overall: 2, perHolder: 1 })
  const subscribe = (out: PassThrough) =>
    feed.subscribe({ holder: 'a', client: null, after: '', open: () => out })

  subscribe(new PassThrough().destroy())
  const here = new PassThrough()
  subscribe(here)
  expect(() => subscribe(new PassThrough())).toThrow(
    expect.objectContaining({ code: 'feed_slots_taken' }),
  )
  const closed = new Promise((resolve) => here.once('close', resolve))
  here.destroy()
  await closed
  expect(feed.size).toBe(0)
  subscribe(new PassThrough())
  feed.close()
  await tail.close()
  await database.close()
})

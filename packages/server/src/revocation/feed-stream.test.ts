import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { openSqliteDatabase, waitUntil } from '@signet/testkit'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { systemClock } from '../clock.ts'
import { FeedPages } from './feed-pages.ts'
import { openFeedStream } from './feed-stream.ts'
import { LogTail } from './log-tail.ts'
import { createRevocations } from './revocations.ts'

/** A log of megabytes takes its time on a busy machine. */
const PATIENCE_MS = 60_000

/** A log of so many entries, and a server that serves every connection as a subscriber. */
async function openLog({ entries, drainTimeoutMs }: { entries: number; drainTimeoutMs: number }) {
  const clock = systemClock
  const testDatabase = await openSqliteDatabase()
  const database = await openTestDatabase(testDatabase, clock)
  const revocations = createRevocations({ database, clock })
  await revocations.open()
  await testDatabase.query(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${entries})
     insert into revocations select i, 'session', 'ses_' || i, null, null, 9999999999, 0 from n
     returning sequence`,
  )
  await testDatabase.query(`update revocation_log set head = ${entries} returning head`)
  const tail = new LogTail({ revocations, clock, events: { emit() {} } })
  const pages = new FeedPages(revocations)
  const subscribers: { out: Socket; slow: boolean; peakBytes: number }[] = []
  const server = createServer((out) => {
    const subscriber = { out, slow: false, peakBytes: 0 }
    subscribers.push(subscriber)
    out.on('error', () => {})
    openFeedStream({
      out,
      after: '',
      pages,
      tail,
      clock,
      drainTimeoutMs,
      onPage: () => {
        subscriber.peakBytes = Math.max(subscriber.peakBytes, out.writableLength)
      },
      onSlow: () => {
        subscriber.slow = true
      },
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  return {
    subscribers,
    async subscribe() {
      const socket = connect({ port, host: '127.0.0.1' })
      sockets.push(socket)
      await once(socket, 'connect')
      return socket
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      for (const { out } of subscribers) out.destroy()
      await new Promise((resolve) => server.close(resolve))
      await tail.close()
      await database.close()
      await testDatabase[Symbol.asyncDispose]()
    },
  }
}

test('a subscriber that does not read is cut, holds a page at most, and keeps nobody waiting', async () => {
  await using log = await openLog({ entries: 200_000, drainTimeoutMs: 300 })
  const mute = await log.subscribe()
  mute.pause()
  const reader = await log.subscribe()
  let received = ''
  reader.setEncoding('utf8').on('data', (text: string) => {
    received = received.slice(-200) + text
  })
  await waitUntil(
    'the other one has everything',
    () => received.includes('event: pulse'),
    PATIENCE_MS,
  )
  await waitUntil(
    'the mute one is cut',
    () => log.subscribers.some(({ slow }) => slow),
    PATIENCE_MS,
  )
  const [first, second] = log.subscribers
  expect([first?.slow, first?.out.destroyed]).toEqual([true, true])
  expect([second?.slow, second?.out.destroyed]).toEqual([false, false])
  // A page of a thousand entries is about 70 KB here.
  expect(first?.peakBytes).toBeLessThan(200_000)
})

test('a subscriber that goes while it is waited for was not slow', async () => {
  await using log = await openLog({ entries: 200_000, drainTimeoutMs: 500 })
  const mute = await log.subscribe()
  mute.pause()
  await waitUntil('it is waited for', () =>
    log.subscribers.some(({ out }) => out.writableNeedDrain),
  )
  mute.destroy()
  await waitUntil('it is gone', () => log.subscribers[0]?.out.destroyed === true)
  // Whoever is cut now was waited for later than the first one would have been.
  const next = await log.subscribe()
  next.pause()
  await waitUntil('the next one is cut', () => log.subscribers[1]?.slow === true)
  expect(log.subscribers[0]?.slow).toBe(false)
})

import {
  hasRedis,
  openPostgresDatabase,
  type RedisServer,
  startRedis,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { HiddenUrl } from '../src/config/hidden-url.ts'
import type { Database } from '../src/db/database.ts'
import { createPostgresChannel } from '../src/db/postgres-channel.ts'
import type { AuthorityEvent } from '../src/events.ts'
import { openRedis } from '../src/redis/open-redis.ts'
import { createRedisChannel } from '../src/redis/redis-channel.ts'
import { WakeUps } from '../src/revocation/wake-ups.ts'
import type { WakeChannel } from '../src/wake-channel.ts'
import { openTestDatabase } from './open-test-database.ts'
import { hasPgbouncer, startPgbouncer } from './pgbouncer.ts'

/** A process checks itself every 10 s, which wakes it too: what is waited for comes before that. */
const SOON_MS = 5_000

/** One process's wake-ups, and what it was told. */
function listenOn(channel: WakeChannel) {
  const events: AuthorityEvent[] = []
  let wakes = 0
  const wakeUps = new WakeUps({
    channel,
    events: { emit: (event) => events.push(event) },
    onWake: () => {
      wakes += 1
    },
  })
  return {
    events,
    announce: () => wakeUps.announce(),
    wakes: () => wakes,
    async woken(by: () => void | Promise<void>) {
      const before = wakes
      await by()
      await waitUntil('it is woken', () => wakes > before, SOON_MS)
    },
    listening: () => waitUntil('it hears itself', () => wakes > 0),
    lost: () => waitUntil('it is lost', () => events.some(({ type }) => type === 'wake_ups_lost')),
    heard: () => waitUntil('it is back', () => events.at(-1)?.type === 'wake_ups_heard'),
    [Symbol.asyncDispose]: () => wakeUps.close(),
  }
}

interface Place {
  createChannel(): WakeChannel
  /** Cuts the connections on which processes listen. */
  cut(): Promise<void>
}

const postgres = {} as Place & { testDatabase: TestDatabase; database: Database; url: URL }
const redis = {} as Place & { server: RedisServer }
const closers: (() => unknown)[] = []

beforeAll(async () => {
  const testDatabase = await openPostgresDatabase()
  const database = await openTestDatabase(testDatabase, systemClock)
  const url = new URL(testDatabase.settings.SIGNET_DATABASE_URL)
  closers.push(
    () => testDatabase[Symbol.asyncDispose](),
    () => database.close(),
  )
  Object.assign(postgres, {
    testDatabase,
    database,
    url,
    createChannel: () => createPostgresChannel({ database, server: new HiddenUrl(url) }),
    async cut() {
      await testDatabase.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'signet wake-ups'",
      )
    },
  })
  if (!hasRedis()) return
  const server = await startRedis()
  const connection = await openRedis(new HiddenUrl(new URL(server.url)))
  closers.push(
    () => server[Symbol.asyncDispose](),
    () => connection.disconnect(),
  )
  Object.assign(redis, {
    server,
    createChannel: () => createRedisChannel(connection),
    async cut() {
      const killer = new Redis(server.url)
      await killer.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      killer.disconnect()
    },
  })
})

afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

const places: [string, Place][] = [['PostgreSQL', postgres]]
if (hasRedis()) places.push(['Redis', redis])

describe.each(places)('over %s', (_name, place) => {
  test('one process wakes all others', async () => {
    await using one = listenOn(place.createChannel())
    await using two = listenOn(place.createChannel())
    await using three = listenOn(place.createChannel())
    await Promise.all([one.listening(), two.listening(), three.listening()])
    await two.woken(() => three.woken(() => one.announce()))
    // Many at once are few on the way, and none is forgotten: the last comes behind all of them.
    await one.woken(() => {
      for (let count = 0; count < 1_000; count++) two.announce()
    })
    expect(one.wakes()).toBeLessThan(100)
    expect([one, two, three].flatMap(({ events }) => events)).toEqual([])
  })

  test('a connection that breaks is said, comes back, and wakes for what was missed', async () => {
    await using one = listenOn(place.createChannel())
    await using two = listenOn(place.createChannel())
    await Promise.all([one.listening(), two.listening()])
    await one.woken(async () => {
      await place.cut()
      await one.lost()
      await one.heard()
    })
    await two.heard()
    await one.woken(() => two.announce())
    expect(one.events.map(({ type }) => type)).toEqual(['wake_ups_lost', 'wake_ups_heard'])
  })
})

test('a server that is not there is asked again and again, and closing does not wait for it', async () => {
  const { database } = postgres
  const nowhere = new HiddenUrl(new URL('postgres://nobody:hunter2@127.0.0.1:1/none'))
  const wakeUps = listenOn(createPostgresChannel({ database, server: nowhere }))
  await wakeUps.lost()
  wakeUps.announce()
  await wakeUps[Symbol.asyncDispose]()
  expect(JSON.stringify(wakeUps.events)).not.toContain('hunter2')
  expect(wakeUps.events).toHaveLength(1)
})

test.skipIf(!hasPgbouncer())(
  'behind a pooler that drops notifications a process says so, and what to do',
  async () => {
    const { database, url } = postgres
    await using pooler = await startPgbouncer(url)
    const behind = new HiddenUrl(new URL(pooler.url))
    await using wakeUps = listenOn(createPostgresChannel({ database, server: behind }))
    await wakeUps.lost()
    expect(wakeUps.events).toEqual([
      { type: 'wake_ups_lost', reason: expect.stringContaining('SIGNET_DATABASE_DIRECT_URL') },
    ])
    expect(wakeUps.wakes()).toBe(0)
  },
)

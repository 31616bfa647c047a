import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { hasRedis, type RedisServer, startRedis } from '@signet/testkit'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HiddenUrl } from '../config/hidden-url.ts'
import { openRedis } from '../redis/open-redis.ts'
import { addressBlockOf } from './address-block.ts'
import { FallbackLimits } from './fallback-limits.ts'
import type { Counter, LimitStore } from './limit.ts'
import { MemoryLimits } from './memory-limits.ts'
import { RedisLimits } from './redis-limits.ts'

let now = 1_000_000
const clock = { now: () => now, monotonic: () => now }
const slow = { burst: 3, everySeconds: 100 }

/** What is reachable, without what only waits to be collected. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

describe('counters in memory', () => {
  let limits: MemoryLimits
  beforeEach(() => {
    limits = new MemoryLimits(clock)
  })

  test('let a burst through and then one at a time, and say when', async () => {
    const counters = [{ key: 'a', limit: slow }]
    for (let index = 0; index < 3; index++) expect(await limits.take(counters)).toBe(0)
    expect(await limits.take(counters)).toBe(100_000)
    now += 99_999
    expect(await limits.take(counters)).toBe(1)
    now += 1
    expect(await limits.take(counters)).toBe(0)
    expect(await limits.take(counters)).toBe(100_000)
    now += 300_000
    for (let index = 0; index < 3; index++) expect(await limits.take(counters)).toBe(0)
    expect(await limits.take(counters)).toBe(100_000)
  })

  test('do not grow with keys that are empty again', async () => {
    const started = heldBytes()
    for (let index = 0; index < 300_000; index++) {
      await limits.take([{ key: `key ${index}`, limit: { burst: 1, everySeconds: 1 } }])
      now += 10
    }
    expect(heldBytes() - started).toBeLessThan(5e6)
  })
})

describe.each([
  { name: 'memory', open: async () => new MemoryLimits({ now: Date.now, monotonic: Date.now }) },
  ...(hasRedis() ? [{ name: 'Redis', open: async () => new RedisLimits(redis) }] : []),
])('counters in $name', ({ open }) => {
  let limits: LimitStore
  beforeAll(async () => {
    limits = await open()
  })

  test('K03 of 200 at once no more get through than one after the other', async () => {
    const counters = [{ key: 'burst', limit: { burst: 7, everySeconds: 60 } }]
    const waits = await Promise.all(Array.from({ length: 200 }, () => limits.take(counters)))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(7)
    for (const wait of waits.filter((wait) => wait > 0)) {
      expect(wait).toBeGreaterThan(50_000)
      expect(wait).toBeLessThanOrEqual(60_000)
    }
  })

  test('take from all counters or from none', async () => {
    const full = { key: 'full', limit: { burst: 1, everySeconds: 60 } }
    const other = { key: 'other', limit: { burst: 2, everySeconds: 60 } }
    expect(await limits.take([full])).toBe(0)
    for (let index = 0; index < 5; index++) {
      expect(await limits.take([other, full])).toBeGreaterThan(0)
    }
    expect(await limits.take([other])).toBe(0)
    expect(await limits.take([other])).toBe(0)
    expect(await limits.take([other])).toBeGreaterThan(0)
  })

  test('an attempt given back was never counted', async () => {
    const counters = [{ key: 'back', limit: { burst: 2, everySeconds: 60 } }]
    for (let index = 0; index < 20; index++) {
      expect(await limits.take(counters)).toBe(0)
      await limits.giveBack(counters)
    }
    await limits.giveBack(counters)
    expect(await limits.take(counters)).toBe(0)
    expect(await limits.take(counters)).toBe(0)
    expect(await limits.take(counters)).toBeGreaterThan(0)
  })
})

let server: RedisServer
let redis: Redis

beforeAll(async () => {
  if (!hasRedis()) return
  server = await startRedis()
  redis = await openRedis(new HiddenUrl(new URL(server.url)))
})

afterAll(async () => {
  redis?.disconnect()
  await server?.[Symbol.asyncDispose]()
})

describe.skipIf(!hasRedis())('without Redis for a while', () => {
  test.each(['stopped', 'paused'] as const)(
    '%s, the counters of the process count on',
    async (how) => {
      const events: string[] = []
      const limits = new FallbackLimits({
        shared: new RedisLimits(redis),
        own: new MemoryLimits({ now: Date.now, monotonic: Date.now }),
        events: { emit: ({ type }) => events.push(type) },
      })
      const counters = [{ key: `outage ${how}`, limit: { burst: 2, everySeconds: 60 } }]
      expect(await limits.take(counters)).toBe(0)
      if (how === 'stopped') await server.stop()
      else server.pause()
      expect(await limits.take(counters)).toBe(0)
      expect(await limits.take(counters)).toBe(0)
      expect(await limits.take(counters)).toBeGreaterThan(0)
      if (how === 'stopped') await server.start()
      else server.resume()
      await expect.poll(() => redis.ping().catch(() => null), { timeout: 10_000 }).toBe('PONG')
      // What a paused Redis was asked meanwhile it may still have counted: a counter of its own.
      expect(await limits.take([{ ...counters[0], key: `after ${how}` } as Counter])).toBe(0)
      expect(events).toEqual(['limits_not_shared', 'limits_shared'])
    },
  )
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['unknown', 'unknown'],
])('%s belongs to the block %s', (address, block) => expect(addressBlockOf(address)).toBe(block))

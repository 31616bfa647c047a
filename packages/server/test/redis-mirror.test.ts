import {
  databases,
  hasRedis,
  type RedisServer,
  type StartedAuthority,
  startAuthority,
  startRedis,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'
const PLACE = 'signet:revoked:log'
const FRESH = 'signet:revoked:fresh'

let server: RedisServer
let redis: Redis

beforeAll(async () => {
  if (!hasRedis()) return
  server = await startRedis()
  redis = new Redis(server.url, { maxRetriesPerRequest: null })
  redis.on('error', () => {})
})

afterAll(async () => {
  redis?.disconnect()
  await server?.[Symbol.asyncDispose]()
})

describe.skipIf(!hasRedis()).each(databases)('the mirror in Redis on $name', ({ open }) => {
  let database: TestDatabase
  let authority: StartedAuthority
  let people = 0

  beforeEach(async () => {
    await redis.flushall()
    database = await open()
    authority = await startAuthority({
      settings: { ...database.settings, SIGNET_REDIS_URL: server.url },
    })
    await isFresh()
  })

  afterEach(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  const isFresh = () =>
    waitUntil('the mirror is fresh', async () => (await redis.get(FRESH)) !== null)

  async function endOne(): Promise<{ key: string; exp: number }> {
    people += 1
    const { body } = await authority.client.signup(`person${people}@example.com`, PASSWORD)
    expect((await authority.client.logout(body.accessToken)).status).toBe(204)
    const { claims } = decode(body.accessToken)
    return { key: `signet:revoked:session:${claims['sid']}`, exp: Number(claims.exp) }
  }

  const arrives = (key: string) =>
    waitUntil(`${key} is there`, async () => (await redis.exists(key)) === 1)

  /** Appends to the log as another process would: kind, id, below, before, expiresAt. */
  async function append(...rows: [string, string, number | null, number | null, number | null][]) {
    for (const [kind, id, below, before, expiresAt] of rows) {
      await database.query(
        `insert into revocations select head + 1, '${kind}', '${id}', ${below}, ${before}, ${expiresAt}, 0
         from revocation_log returning sequence`,
      )
      await database.query('update revocation_log set head = head + 1 returning head')
    }
  }

  /** Until the mirror has reached the log's end. */
  const isCurrent = () =>
    waitUntil('the mirror has reached the end of the log', async () => {
      const [row] = await database.query('select epoch, head from revocation_log')
      return (await redis.get(PLACE)) === `${row?.['epoch']}.${row?.['head']}`
    })

  const live = Math.floor(Date.now() / 1000) + 900

  test('an end is there until its last token has expired for the most lenient verifier', async () => {
    const { key, exp } = await endOne()
    await arrives(key)
    expect(await redis.get(key)).toBe('all')
    const endsAt = Date.now() + (await redis.pttl(key))
    expect(Math.abs(endsAt - (exp + 60) * 1000)).toBeLessThan(60_000)
  })

  test('each kind says what it revokes, and only keys are there for ever', async () => {
    await append(
      ['session', 'ses_role', 3, null, live],
      ['client', 'cli_old', null, 1_700_000_000, live],
      ['token', 'jti-1', null, null, live],
      ['key', 'kid-1', null, null, null],
      ['session', 'ses_over', null, null, 1_700_000_000],
    )
    await isCurrent()
    const names = [
      'session:ses_role',
      'client:cli_old',
      'token:jti-1',
      'key:kid-1',
      'session:ses_over',
    ]
    const keys = names.map((name) => `signet:revoked:${name}`)
    expect(await redis.mget(keys)).toEqual(['3', '1700000000', 'all', 'all', null])
    expect(await redis.pttl('signet:revoked:key:kid-1')).toBe(-1)
    expect(await redis.pttl('signet:revoked:session:ses_role')).toBeGreaterThan(800_000)
  })

  test('what is there is never narrowed or shortened, in whatever order entries come', async () => {
    await append(
      ['session', 'rising', 2, null, live],
      ['session', 'rising', 3, null, live - 300],
      ['session', 'over', null, null, live - 300],
      ['session', 'over', 4, null, live],
      ['key', 'gone', null, null, null],
      ['key', 'gone', null, null, live],
    )
    await isCurrent()
    expect(await redis.get('signet:revoked:session:rising')).toBe('3')
    expect(await redis.pttl('signet:revoked:session:rising')).toBeGreaterThan(700_000)
    expect(await redis.get('signet:revoked:session:over')).toBe('all')
    expect(await redis.pttl('signet:revoked:key:gone')).toBe(-1)
  })

  test('a Redis that was emptied is filled from the log, and is not fresh before', async () => {
    const { key } = await endOne()
    await database.query(
      `with recursive n(i) as (select 2 union all select i + 1 from n where i < 2500)
       insert into revocations select i, 'session', 'ses_' || i, null, null, 9999999999, 0 from n
       returning sequence`,
    )
    await database.query('update revocation_log set head = 2500 returning head')
    await isCurrent()
    await redis.flushall()
    await isFresh()
    expect(
      await redis.exists(key, 'signet:revoked:session:ses_2', 'signet:revoked:session:ses_2500'),
    ).toBe(3)
  })

  test('a Redis that comes back empty is filled, and its outage is said once', async () => {
    const { key } = await endOne()
    await arrives(key)
    // A busy machine may have made it slow before.
    const linesBefore = authority.logged.length
    const saidSince = (type: string) =>
      authority.logged.slice(linesBefore).filter((line) => line.includes(`"${type}"`))
    await server.stop()
    await waitUntil('the outage is said', () => saidSince('mirror_behind').length > 0)
    const during = await endOne()
    await server.start()
    await isFresh()
    expect(await redis.exists(key, during.key)).toBe(2)
    await waitUntil('its end is said', () => saidSince('mirror_current').length > 0)
    const said = saidSince('mirror_behind')
    expect(said).toHaveLength(1)
    expect(said.join()).not.toContain(server.password)
  })

  test('another epoch, and a place that the log does not reach, are filled anew', async () => {
    await append(['session', 'ses_before', null, null, live])
    await isCurrent()
    const [epoch] = ((await redis.get(PLACE)) ?? '').split('.')
    for (const place of ['ffffffffffffffff.1', `${epoch}.999999`]) {
      await redis.del('signet:revoked:session:ses_before')
      await redis.set(PLACE, place)
      await isCurrent()
      expect(await redis.exists('signet:revoked:session:ses_before')).toBe(1)
    }
  })

  test('who died while filling is replaced, and nobody else says fresh meanwhile', async () => {
    await append(['session', 'ses_1', null, null, live])
    await isCurrent()
    await redis.multi().flushall().set(PLACE, 'filling by a dead process', 'PX', 1_500).exec()
    const order: string[] = []
    await waitUntil('somebody fills it', async () => {
      const [place, fresh] = await redis.mget(PLACE, FRESH)
      if (place?.startsWith('filling by') === true && fresh !== null) order.push('fresh too early')
      return place?.includes('.') === true
    })
    expect(order).toEqual([])
    expect(await redis.exists('signet:revoked:session:ses_1')).toBe(1)
  })
})

describe.skipIf(!hasRedis())('the mirror in Redis', () => {
  test('is not fresh for long once no authority runs', async () => {
    await redis.flushall()
    const authority = await startAuthority({ settings: { SIGNET_REDIS_URL: server.url } })
    await waitUntil('it is fresh', async () => (await redis.exists(FRESH)) === 1)
    expect(await redis.pttl(FRESH)).toBeLessThanOrEqual(10_000)
    await authority[Symbol.asyncDispose]()
    const left = await redis.pttl(FRESH)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(10_000)
  })
})

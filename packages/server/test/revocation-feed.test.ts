import type { FeedPage } from '@signet/guard/protocol'
import {
  FakeClock,
  followFeed,
  type StartedAuthority,
  startAuthority,
  type TokenAnswer,
  waitUntil,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queryFile } from './database-file.ts'

const PASSWORD = 'correct horse battery'

let authority: StartedAuthority
let made = 0

beforeAll(async () => {
  authority = await startAuthority()
})
afterAll(() => authority[Symbol.asyncDispose]())

async function signUp(at = authority): Promise<TokenAnswer> {
  made += 1
  return (await at.client.signup(`user${made}@example.com`, PASSWORD)).body
}

/** Ends a new session and answers its id and when its last token expires. */
async function endOne(at = authority) {
  const { accessToken } = await signUp(at)
  expect((await at.client.logout(accessToken)).status).toBe(204)
  const { claims } = decode(accessToken)
  return { sid: String(claims['sid']), exp: Number(claims.exp) }
}

async function pageAfter(cursor: string | null, at = authority): Promise<FeedPage> {
  const query = cursor === null ? '' : `?after=${encodeURIComponent(cursor)}`
  const { status, headers, body } = await at.client.call<FeedPage>(`/revocations${query}`)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  return body
}

function sequenceOf(cursor: string): number {
  return Number(cursor.split('.')[1])
}

describe('GET /revocations', () => {
  test('an ended session is one entry that outlives its last token by the largest leeway', async () => {
    const { cursor } = await pageAfter(null)
    const { sid, exp } = await endOne()
    const page = await pageAfter(cursor)
    expect(page.entries).toEqual([{ kind: 'session', id: sid, expiresAt: exp + 60 }])
    expect(page).toMatchObject({ complete: true })
    expect(page).not.toHaveProperty('reset')
    expect(sequenceOf(page.cursor)).toBe(sequenceOf(cursor) + 1)
  })

  test('the cursor of the end gets nothing, one before it gets what came since', async () => {
    await endOne()
    const { cursor, entries } = await pageAfter(null)
    expect(await pageAfter(cursor)).toEqual({ cursor, entries: [], complete: true })
    const [epoch, last] = cursor.split('.')
    const page = await pageAfter(`${epoch}.${Number(last) - 1}`)
    expect(page.entries).toEqual(entries.slice(-1))
  })

  test('no cursor, another epoch, one ahead and no cursor at all get everything, marked reset', async () => {
    await endOne()
    const whole = await pageAfter(null)
    const epoch = whole.cursor.split('.')[0]
    expect(whole.reset).toBe(true)
    expect(whole.entries.length).toBe(sequenceOf(whole.cursor))
    for (const cursor of [
      '',
      'ffffffffffffffff.1',
      `${epoch}.${sequenceOf(whole.cursor) + 1}`,
      `${epoch}.-1`,
      `${epoch}.01`,
      `${epoch}.1e0`,
      'nonsense',
    ]) {
      expect(await pageAfter(cursor)).toEqual(whole)
    }
  })

  test('what was pruned is in no page, and the cursors stay where they were', async () => {
    await using other = await startAuthority()
    await endOne(other)
    const kept = await endOne(other)
    const { cursor } = await pageAfter(null, other)
    await queryFile(
      other.databasePath,
      'delete from revocations where sequence = 1 returning sequence',
    )
    const page = await pageAfter('', other)
    expect(page.cursor).toBe(cursor)
    expect(page.entries.map(({ id }) => id)).toEqual([kept.sid])
  })

  test('a log of many pages is read to its end without a gap or a repeat', async () => {
    await using other = await startAuthority()
    await endOne(other)
    await queryFile(
      other.databasePath,
      `with recursive n(i) as (select 2 union all select i + 1 from n where i < 2501)
       insert into revocations select i, 'session', 'ses_' || i, null, null, 9999999999, 0 from n
       returning sequence`,
    )
    await queryFile(other.databasePath, 'update revocation_log set head = 2501 returning head')
    const ids: string[] = []
    let cursor = ''
    let page: FeedPage
    const resets: unknown[] = []
    do {
      page = await pageAfter(cursor, other)
      expect(page.entries.length).toBeLessThanOrEqual(1_000)
      ids.push(...page.entries.map(({ id }) => id))
      resets.push(page.reset)
      cursor = page.cursor
    } while (!page.complete)
    expect(ids).toHaveLength(2_501)
    expect(new Set(ids).size).toBe(2_501)
    expect(resets).toEqual([true, undefined, undefined])

    await using feed = await followFeed(other.url)
    await feed.first('the last page is streamed', ({ data }) => data.complete)
    const pages = feed.messages.filter(({ event }) => event === 'revoked')
    expect(pages.flatMap(({ data }) => data.entries.map(({ id }) => id))).toEqual(ids)
  })
})

describe('GET /revocations/stream', () => {
  test('begins with the whole set, then pulses that were read after the stream was accepted', async () => {
    const { sid } = await endOne()
    const startedAt = performance.now()
    await using feed = await followFeed(authority.url)
    expect(feed.status).toBe(200)
    expect(feed.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(feed.headers.get('cache-control')).toBe('no-store')
    await waitUntil(
      'three pulses came',
      () => feed.messages.filter(({ event }) => event === 'pulse').length >= 3,
    )
    const tookMs = performance.now() - startedAt

    const [first, ...others] = feed.messages
    const whole = await pageAfter(null)
    expect(first).toEqual({ event: 'revoked', id: whole.cursor, data: whole })
    expect(whole.entries.map(({ id }) => id)).toContain(sid)
    const pulses = others.filter(({ event }) => event === 'pulse').map(({ data }) => data)
    expect(pulses.map(({ head }) => head)).toEqual(pulses.map(() => whole.cursor))
    for (const [index, { readAfterMs, now }] of pulses.entries()) {
      expect(readAfterMs).toBeGreaterThanOrEqual(0)
      expect(readAfterMs).toBeLessThanOrEqual(tookMs)
      expect(now).toBeGreaterThan(Date.now() - 60_000)
      const before = pulses[index - 1]
      if (before !== undefined) expect(readAfterMs).toBeGreaterThan(before.readAfterMs)
    }
  })

  test('tells of a logout, and a pulse never promises what was not sent', async () => {
    await using feed = await followFeed(authority.url)
    await feed.first('a pulse comes', ({ event }) => event === 'pulse')
    const { sid } = await endOne()
    const told = await feed.first(
      'the logout is told',
      ({ data }) => data.entries?.some(({ id }) => id === sid) ?? false,
    )
    expect(told.event).toBe('revoked')
    expect(told.data).not.toHaveProperty('reset')
    expect(told.data.entries.map(({ id }) => id)).toEqual([sid])
    await feed.first('a pulse reaches the logout', ({ data }) => data.head === told.id)
    let reached = 0
    for (const { event, id, data } of feed.messages) {
      if (event === 'revoked') reached = sequenceOf(id ?? '')
      else expect(sequenceOf(data.head)).toBeLessThanOrEqual(reached)
    }
  })

  test('Last-Event-ID resumes behind what was seen, without repeating it', async () => {
    await endOne()
    const { cursor } = await pageAfter(null)
    const { sid } = await endOne()
    await using feed = await followFeed(authority.url, { lastEventId: cursor })
    const first = await feed.first('what was missed comes', ({ event }) => event === 'revoked')
    expect(first.data.entries.map(({ id }) => id)).toEqual([sid])
    expect(first.data).not.toHaveProperty('reset')

    await using upToDate = await followFeed(authority.url, { lastEventId: first.id ?? '' })
    await upToDate.first('a pulse comes', ({ event }) => event === 'pulse')
    expect(upToDate.messages.filter(({ event }) => event === 'revoked')).toEqual([])
  })

  test('a cursor of another epoch or ahead of the log begins again', async () => {
    const whole = await pageAfter(null)
    const ahead = `${whole.cursor.split('.')[0]}.${sequenceOf(whole.cursor) + 5}`
    for (const lastEventId of ['ffffffffffffffff.3', ahead, 'nonsense']) {
      await using feed = await followFeed(authority.url, { lastEventId })
      const first = await feed.first('a page comes', ({ event }) => event === 'revoked')
      expect(first.data).toEqual(whole)
      expect(first.data.reset).toBe(true)
    }
  })

  test('what another process wrote is told without any wake-up', async () => {
    await using feed = await followFeed(authority.url)
    await feed.first('a pulse comes', ({ event }) => event === 'pulse')
    const { databasePath } = authority
    await queryFile(
      databasePath,
      `insert into revocations select head + 1, 'session', 'ses_elsewhere', null, null, 9999999999, 0
       from revocation_log returning sequence`,
    )
    await queryFile(databasePath, 'update revocation_log set head = head + 1 returning head')
    await feed.first(
      'the entry is told',
      ({ data }) => data.entries?.at(-1)?.id === 'ses_elsewhere',
    )
  })

  test('one address block follows 250 times at most, and is told when to come again', async () => {
    await using other = await startAuthority()
    const feeds = await Promise.all(Array.from({ length: 250 }, () => followFeed(other.url)))
    expect(feeds.map(({ status }) => status)).toEqual(feeds.map(() => 200))
    const refused = await other.client.call<{ code: string }>('/revocations/stream')
    expect([refused.status, refused.body.code]).toEqual([429, 'feed_slots_taken'])
    expect(refused.headers.get('retry-after')).toBe('30')
    expect((await pageAfter('', other)).complete).toBe(true)
    for (const feed of feeds) await feed[Symbol.asyncDispose]()
    await waitUntil('a slot is free', async () => {
      await using feed = await followFeed(other.url)
      return feed.status === 200
    })
  })

  test('a stop ends the stream instead of waiting for it', async () => {
    await using other = await startAuthority()
    await using feed = await followFeed(other.url)
    await feed.first('a pulse comes', ({ event }) => event === 'pulse')
    await other.stop()
    await expect(fetch(`${other.url}/health/live`)).rejects.toThrow('fetch failed')
  })
})

describe('an end and its entry', () => {
  test('are one: when the log cannot be written, nothing ends, and the logout says so', async () => {
    await using other = await startAuthority()
    const pair = await signUp(other)
    const { databasePath } = other
    await queryFile(
      databasePath,
      "create trigger full before insert on revocations begin select raise(abort, 'disk full'); end",
    )
    const logout = await other.client.logout(pair.accessToken)
    expect([logout.status, logout.body['code']]).toEqual([503, 'unavailable'])
    expect(logout.headers.get('retry-after')).toBe('5')
    expect((await other.client.profile(pair.accessToken)).status).toBe(200)
    expect((await pageAfter('', other)).cursor).toMatch(/\.0$/)

    await queryFile(databasePath, 'drop trigger full')
    expect((await other.client.logout(pair.accessToken)).status).toBe(204)
    expect((await other.client.profile(pair.accessToken)).status).toBe(401)
    expect((await pageAfter('', other)).cursor).toMatch(/\.1$/)
  })

  test('are one the other way round: when the session cannot be ended, nothing is logged', async () => {
    await using other = await startAuthority()
    const pair = await signUp(other)
    const { body: second } = await other.client.refresh(pair.refreshToken)
    await other.client.refresh(second.refreshToken)
    await queryFile(
      other.databasePath,
      "create trigger full before update of ended_at on sessions begin select raise(abort, 'disk full'); end",
    )
    const reuse = await other.client.refresh(pair.refreshToken)
    expect([reuse.status, reuse.body.code]).toEqual([503, 'unavailable'])
    expect((await pageAfter('', other)).entries).toEqual([])
  })

  test('the entry of a rotated session counts from its newest token', async () => {
    const clock = new FakeClock()
    await using other = await startAuthority({ clock })
    const first = await signUp(other)
    clock.advance(600)
    const { body: second } = await other.client.refresh(first.refreshToken)
    await other.client.call('/logout', { body: { refreshToken: second.refreshToken } })
    const { exp } = decode(second.accessToken).claims
    expect((await pageAfter('', other)).entries).toMatchObject([{ expiresAt: Number(exp) + 60 }])
    expect(Number(exp)).toBe(Number(decode(first.accessToken).claims.exp) + 600)
  })
})

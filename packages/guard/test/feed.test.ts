import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../src/clock.ts'
import { createClientAuthentication } from '../src/http/client-authentication.ts'
import { createDiscovery } from '../src/http/discovery.ts'
import { createJsonClient } from '../src/http/json-client.ts'
import type { FeedPage } from '../src/protocol/index.ts'
import { type FeedPace, RevocationFeed } from '../src/revocation/revocation-feed.ts'
import { AuthorityDouble, type Handler, sendJson } from './authority-double.ts'
import { startCountingServer } from './counting-server.ts'
import { EventLog } from './event-log.ts'
import { eventually } from './eventually.ts'
import { codeOf } from './open-guard.ts'

const STREAM = '/revocations/stream'
const TOKEN = { sid: 'ses_1', ver: 1, jti: 'j', client_id: 'c', iat: 1, kid: 'k' }

interface OpenFeed extends Disposable {
  feed: RevocationFeed
  events: EventLog
  keysChanged: number
}

const page = (entries: FeedPage['entries'], more: Partial<FeedPage>) =>
  `event: revoked\ndata: ${JSON.stringify({ cursor: 'e1.1', complete: true, entries, ...more })}\n\n`
const pulse = (head: string) =>
  `event: pulse\ndata: ${JSON.stringify({ head, readAfterMs: 0, now: Date.now() })}\n\n`
const ended = (id: string) => ({ kind: 'session' as const, id, expiresAt: Date.now() / 1000 + 900 })

describe('RevocationFeed', () => {
  let authority: AuthorityDouble

  beforeEach(async () => {
    authority = await AuthorityDouble.start()
  })
  afterEach(() => authority[Symbol.asyncDispose]())

  function openFeed(
    pace: Partial<FeedPace> = {},
    now?: () => number,
    maxStalenessMs = 10_000,
  ): OpenFeed {
    const events = new EventLog()
    const client = createJsonClient({ fetch, timeoutMs: 5_000 })
    const feed = new RevocationFeed({
      issuer: authority.issuer,
      discovery: createDiscovery({ issuer: authority.issuer, client }),
      authentication: createClientAuthentication({
        issuer: authority.issuer,
        credentials: null,
      }),
      fetch,
      clock: createClock(now),
      emit: events.onEvent,
      maxStalenessMs,
      onKeysChanged: () => {
        open.keysChanged += 1
      },
      onReached: () => {},
      pace: { minPauseMs: 5, maxPauseMs: 50, ...pace },
    })
    const open: OpenFeed = {
      feed,
      events,
      keysChanged: 0,
      [Symbol.dispose]: () => {
        feed.close()
        client.close()
      },
    }
    return open
  }

  /** Answers the stream with these texts, leaves it open, and remembers what was asked. */
  function script(...texts: string[]): Handler {
    return (request, response) => {
      authority.resumed.push(request.headers['last-event-id']?.toString() ?? null)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const text of texts) response.write(text)
    }
  }

  it('takes the whole live set first, then what is recorded', async () => {
    authority.revoke({ id: 'ses_1' })
    using open = openFeed()
    await open.feed.ready()
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
    expect(open.feed.isRevoked({ ...TOKEN, sid: 'ses_2' })).toBe(false)
    authority.revoke({ id: 'ses_2' })
    await eventually(() => open.feed.isRevoked({ ...TOKEN, sid: 'ses_2' }))
    expect(open.feed.health()).toMatchObject({ connected: true, cursor: 'e1.2', size: 2 })
    expect(authority.resumed).toEqual([null])
  })

  it('resumes behind its cursor after a cut and misses nothing', async () => {
    authority.revoke({ id: 'ses_0' })
    using open = openFeed()
    await open.feed.ready()
    authority.cutStreams()
    authority.revoke({ id: 'ses_1' })
    await eventually(() => open.feed.isRevoked(TOKEN))
    await open.events.reached('feed_connected', 2)
    expect(open.events.all.map(({ type }) => type)).toEqual([
      'feed_connected',
      'feed_disconnected',
      'feed_connected',
    ])
    expect(authority.resumed.slice(0, 2)).toEqual([null, 'e1.1'])
    expect(open.keysChanged).toBe(1)
  })

  it('keeps what it knows while the authority is away', async () => {
    authority.revoke({ id: 'ses_1' })
    using open = openFeed()
    await open.feed.ready()
    await authority.down()
    await open.events.reached('feed_disconnected', 1)
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
    expect(open.feed.health()).toMatchObject({ connected: false, cursor: 'e1.1' })
    await authority.up()
    await open.events.reached('feed_connected', 2)
  })

  it('G09 cuts a stream that has gone silent, and opens another', async () => {
    using open = openFeed({ silenceMs: 300 })
    await open.feed.ready()
    authority.isSilent = true
    await open.events.reached('feed_disconnected', 1)
    expect(open.events.all.at(-1)).toMatchObject({ reason: expect.stringMatching(/silent/) })
    authority.isSilent = false
    await open.events.reached('feed_connected', 2)
  })

  it('G09 cuts a stream that has gone silent, also when garbage was collected meanwhile', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    using open = openFeed({ silenceMs: 1_000 })
    await open.feed.ready()
    authority.isSilent = true
    const collecting = setInterval(collect, 100)
    try {
      await open.events.reached('feed_disconnected', 1)
    } finally {
      clearInterval(collecting)
    }
    authority.isSilent = false
    await open.events.reached('feed_connected', 2)
  })

  it('G09 takes a drip of bytes without events for silence', async () => {
    let drip: NodeJS.Timeout | undefined
    using open = openFeed({ silenceMs: 300 })
    await open.feed.ready()
    authority.overrides.set(STREAM, (request, response) => {
      script()(request, response)
      drip = setInterval(() => response.write(':\n\nevent: other\ndata: x\n\n'), 20)
      response.on('close', () => clearInterval(drip))
    })
    authority.cutStreams()
    await eventually(() => authority.resumed.length >= 4)
    expect(open.feed.health().connected).toBe(false)
  })

  it('G09 grows stale behind a stream whose pulses are ahead of what it sent', async () => {
    authority.overrides.set(STREAM, script(page([], { reset: true }), pulse('e1.2'), pulse('e2.1')))
    using open = openFeed()
    await eventually(() => open.feed.health().cursor === 'e1.1')
    expect(open.feed.stalenessMs()).toBe(Number.POSITIVE_INFINITY)
    expect(open.feed.health().connected).toBe(false)
  })

  it('takes the whole live set when the log began anew, and keeps what it knew', async () => {
    authority.revoke({ id: 'ses_1' }, { id: 'ses_2' })
    using open = openFeed()
    await open.feed.ready()
    authority.overrides.set(
      STREAM,
      script(page([ended('ses_9')], { cursor: 'e2.1', reset: true }), pulse('e2.1')),
    )
    authority.cutStreams()
    await open.events.reached('feed_connected', 2)
    expect(open.feed.isRevoked({ ...TOKEN, sid: 'ses_9' })).toBe(true)
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
    expect(open.feed.health()).toMatchObject({ cursor: 'e2.1', size: 3 })
  })

  it('is where a whole live set leads only once that is whole', async () => {
    authority.revoke({ id: 'ses_1' })
    using open = openFeed()
    await open.feed.ready()
    const first = page([ended('ses_8')], { cursor: 'e2.5', reset: true, complete: false })
    authority.overrides.set(STREAM, script(first))
    authority.cutStreams()
    await eventually(() => open.feed.isRevoked({ ...TOKEN, sid: 'ses_8' }))
    expect(open.feed.health().cursor).toBe('e1.1')

    authority.overrides.set(STREAM, script(first, page([ended('ses_9')], { cursor: 'e2.5' })))
    await authority.down()
    await authority.up()
    await eventually(() => open.feed.health().cursor === 'e2.5')
    for (const sid of ['ses_1', 'ses_8', 'ses_9']) {
      expect(open.feed.isRevoked({ ...TOKEN, sid })).toBe(true)
    }
  })

  it('goes on where it was after a new set that was cut off', async () => {
    authority.revoke({ id: 'ses_1' })
    using open = openFeed()
    await open.feed.ready()
    const part = page([ended('ses_8')], { cursor: 'e2.5', reset: true, complete: false })
    authority.overrides.set(STREAM, (request, response) => {
      script()(request, response)
      response.end(part)
    })
    authority.cutStreams()
    await eventually(() => open.feed.isRevoked({ ...TOKEN, sid: 'ses_8' }))
    authority.overrides.set(
      STREAM,
      script(page([ended('ses_7')], { cursor: 'e1.2' }), pulse('e1.2')),
    )
    await open.events.reached('feed_connected', 2)
    expect(open.feed.health().cursor).toBe('e1.2')
    expect(open.feed.isRevoked({ ...TOKEN, sid: 'ses_7' })).toBe(true)
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
  })

  it.each([
    ['a page that cannot be read', 'event: revoked\ndata: {"cursor":"e1.3"}\n\n'],
    ['an unknown kind of entry', page([{ ...ended('x'), kind: 'tenant' as 'key' }], {})],
    ['a log that went back without a reset', page([], { cursor: 'e1.0' })],
    ['another log without a reset', page([], { cursor: 'e9.9' })],
    ['a pulse that cannot be read', 'event: pulse\ndata: {}\n\n'],
    ['an event without end', `data: ${'x'.repeat(1_100_000)}`],
    ['bytes that are not UTF-8', Buffer.from('data: \xff\n\n', 'latin1')],
  ])('goes back to its last good cursor after %s', async (_name, bytes) => {
    authority.revoke({ id: 'ses_1' })
    using open = openFeed()
    await open.feed.ready()
    authority.overrides.set(STREAM, (request, response) => {
      script()(request, response)
      response.write(bytes)
    })
    authority.cutStreams()
    await eventually(() => authority.resumed.length >= 3)
    expect(authority.resumed.slice(0, 3)).toEqual([null, 'e1.1', 'e1.1'])
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
    authority.overrides.delete(STREAM)
    await open.events.reached('feed_connected', 2)
  })

  it.each<[string, Handler, string]>([
    ['401', (_request, response) => response.writeHead(401).end(), 'feed_credentials_missing'],
    ['403', (_request, response) => response.writeHead(403).end(), 'feed_credentials_missing'],
  ])('says so when the feed answers %s', async (_status, handler, code) => {
    authority.overrides.set(STREAM, handler)
    using open = openFeed()
    expect(await codeOf(open.feed.ready())).toBe(code)
    authority.overrides.delete(STREAM)
    await open.events.reached('feed_connected', 1)
    await open.feed.ready()
  })

  it('says so when the issuer has no feed', async () => {
    const { revocation_stream_endpoint: _, ...metadata } = authority.metadata()
    authority.overrides.set('/.well-known/openid-configuration', (_request, response) =>
      sendJson(response, metadata),
    )
    using open = openFeed()
    expect(await codeOf(open.feed.ready())).toBe('feed_missing')
  })

  it('B08 follows no redirect', async () => {
    await using elsewhere = await startCountingServer()
    authority.overrides.set(STREAM, (_request, response) => {
      response.writeHead(307, { location: elsewhere.url }).end()
    })
    using open = openFeed()
    await eventually(() => authority.hits(STREAM) >= 2)
    expect(elsewhere.hits).toBe(0)
    expect(open.feed.health().connected).toBe(false)
  })

  it('takes nothing but an event stream for one', async () => {
    authority.overrides.set(STREAM, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(page([], { reset: true }) + pulse('e1.1'))
    })
    using open = openFeed()
    await eventually(() => authority.hits(STREAM) >= 2)
    expect(open.feed.health()).toMatchObject({ cursor: null, connected: false })
  })

  it('tells when keys change, by an event and by a revoked key', async () => {
    using open = openFeed()
    await open.feed.ready()
    authority.announceKeys()
    await eventually(() => open.keysChanged === 1)
    authority.revoke({ kind: 'key', id: 'k', expiresAt: null })
    await eventually(() => open.keysChanged === 2)
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
  })

  it('says that the keys may have changed when the log begins anew under an open stream', async () => {
    authority.overrides.set(
      STREAM,
      script(
        page([], { reset: true }),
        pulse('e1.1'),
        page([ended('ses_9')], { cursor: 'e2.1', reset: true }),
        pulse('e2.1'),
      ),
    )
    using open = openFeed()
    await eventually(() => open.feed.health().cursor === 'e2.1')
    expect(open.keysChanged).toBe(1)
  })

  it('G10 dates itself afresh on a new stream after the wall clock jumped', async () => {
    let aheadMs = 0
    using open = openFeed({}, () => Date.now() + aheadMs)
    await open.feed.ready()
    aheadMs = 600_000
    expect(open.feed.stalenessMs()).toBeGreaterThan(500_000)
    await eventually(() => open.feed.stalenessMs() < 100_000)
    expect(authority.resumed.length).toBe(2)
  })

  it('G10 tells the time of its issuer, whatever its own clock says', async () => {
    const aheadMs = -3_600_000
    using open = openFeed({}, () => Date.now() + aheadMs)
    expect(open.feed.now()).toBe(null)
    await open.feed.ready()
    authority.aheadMs = 86_400_000
    await eventually(() => Number(open.feed.now()) - Date.now() > 86_000_000)
    authority.aheadMs = 0
    await eventually(() => Math.abs(Number(open.feed.now()) - Date.now()) < 60_000)
  })

  it('G10 forgets no live entry when the clock of the feed, or its own, jumps ahead', async () => {
    let aheadMs = 0
    authority.revoke({ id: 'ses_1' })
    using open = openFeed({}, () => Date.now() + aheadMs)
    await open.feed.ready()
    aheadMs = 86_400_000
    await open.events.reached('feed_connected', 2)
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
    aheadMs = 0
    const far = { head: 'e1.1', readAfterMs: 0, now: Date.now() + 86_400_000 }
    authority.overrides.set(STREAM, script(`event: pulse\ndata: ${JSON.stringify(far)}\n\n`))
    authority.cutStreams()
    await open.events.reached('feed_connected', 3)
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
  })

  it('G10 forgets no live entry when all clocks jump ahead together, and come back', async () => {
    let aheadMs = 0
    authority.revoke({ id: 'ses_1' })
    using open = openFeed({}, () => Date.now() + aheadMs)
    await open.feed.ready()
    aheadMs = 86_400_000
    authority.aheadMs = aheadMs
    await open.events.reached('feed_connected', 2)
    await eventually(() => Number(open.feed.now()) - Date.now() > 86_000_000)
    aheadMs = 0
    authority.aheadMs = 0
    await eventually(() => Math.abs(Number(open.feed.now()) - Date.now()) < 60_000)
    expect(open.feed.isRevoked(TOKEN)).toBe(true)
  })

  it('G09 opens a stream afresh whose request was held up, instead of being stale for as long as it lasts', async () => {
    authority.overrides.set(STREAM, (request, response) => {
      authority.overrides.delete(STREAM)
      setTimeout(() => authority.openStream(request, response), 1_000)
    })
    using open = openFeed({}, undefined, 2_500)
    await open.feed.ready()
    await eventually(() => open.feed.stalenessMs() < 500)
    expect(authority.resumed.length).toBe(2)
  })

  it('opens its stream afresh when it has grown old', async () => {
    using open = openFeed({ maxStreamMs: 100 })
    await open.feed.ready()
    await open.events.reached('feed_connected', 3)
    expect(open.feed.health().lastError).toBe(null)
  })

  it('ends its stream when closed, and rejects who waits', async () => {
    authority.isSilent = true
    using open = openFeed()
    await eventually(() => authority.openStreams === 1)
    const ready = open.feed.ready()
    open.feed.close()
    expect(await codeOf(ready)).toBe('guard_closed')
    await eventually(() => authority.openStreams === 0)
  })
})

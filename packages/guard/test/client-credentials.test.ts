// A closed feed and introspection, with the credentials of a service.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RouteOptions } from '../src/index.ts'
import { AuthorityDouble, sendJson } from './authority-double.ts'
import { startCountingServer } from './counting-server.ts'
import { eventually } from './eventually.ts'
import { codeOf, openGuard } from './open-guard.ts'

const STREAM = '/revocations/stream'
const INTROSPECT = '/oauth/introspect'
const METADATA = '/.well-known/openid-configuration'
const CREDENTIALS = { clientId: 'cli_1', clientSecret: 'cs_secret' }
const ASK: RouteOptions = { onStale: 'introspect' }

let authority: AuthorityDouble

beforeEach(async () => {
  authority = await AuthorityDouble.start()
  authority.client = { id: 'cli_1', secret: 'cs_secret' }
})
afterEach(() => authority[Symbol.asyncDispose]())

/** Metadata that name other addresses for some of the endpoints. */
function announce(addresses: Record<string, string | undefined>): void {
  authority.overrides.set(METADATA, (_request, response) =>
    sendJson(response, { ...authority.metadata(), ...addresses }),
  )
}

describe('a closed feed', () => {
  it('lets a service in that says which client it is', async () => {
    using open = openGuard(authority, { credentials: CREDENTIALS })
    await open.guard.ready()
    expect(open.guard.health().status).toBe('fresh')
  })

  it('says that credentials are missing, and that they are wrong', async () => {
    using without = openGuard(authority)
    expect(await codeOf(without.guard.ready())).toBe('feed_credentials_missing')
    const wrong = { ...CREDENTIALS, clientSecret: 'cs_unmentionable' }
    using open = openGuard(authority, { credentials: wrong })
    expect(await codeOf(open.guard.ready())).toBe('feed_credentials_refused')
    expect(open.events.all).toContainEqual({
      type: 'feed_failed',
      issuer: authority.issuer,
      reason: 'feed_credentials_refused: http_401',
    })
    const said = JSON.stringify([open.events.all, open.guard.health(), open.guard.metrics()])
    expect(said).not.toContain('unmentionable')
  })

  it('says each cause once, however often it tries', async () => {
    using open = openGuard(authority)
    await eventually(() => authority.hits(STREAM) >= 4)
    expect(open.events.count('feed_failed')).toBe(1)
  })

  it('is tried again with what the file says then', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signet-guard-'))
    await writeFile(join(folder, 'secret'), 'cs_old\n')
    vi.stubEnv('SIGNET_CLIENT_ID', 'cli_1')
    vi.stubEnv('SIGNET_CLIENT_SECRET_FILE', join(folder, 'secret'))
    using open = openGuard(authority)
    expect(await codeOf(open.guard.ready())).toBe('feed_credentials_refused')
    await writeFile(join(folder, 'secret'), 'cs_secret\n')
    await open.events.reached('feed_connected', 1)
    await open.guard.ready()
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })

  it('J21 never has credentials sent to another origin, nor to metadata and keys', async () => {
    await using elsewhere = await startCountingServer()
    const stream = `${elsewhere.url}/stream`
    announce({ revocation_stream_endpoint: stream, introspection_endpoint: `${elsewhere.url}/i` })
    using open = openGuard(authority, { credentials: CREDENTIALS })
    await eventually(() => elsewhere.hits >= 2)
    open.guard.route(ASK)
    expect(await codeOf(open.guard.verify(authority.issue(), ASK))).toBe('revocation_stale')
    expect(open.events.all.at(-1)).toMatchObject({ reason: 'introspection_refused' })
    expect(elsewhere.authorizations.filter((value) => value !== null)).toEqual([])
    const sent = authority.authorizations.filter(([, value]) => value !== null)
    expect(sent).toEqual([])
  })
})

describe('introspection', () => {
  /** A guard whose feed was heard and then went away, with an authority that still answers. */
  async function openStale(options: Record<string, unknown> = {}) {
    const state = { aheadMs: 0 }
    const open = openGuard(authority, {
      credentials: CREDENTIALS,
      maxStalenessSeconds: 4,
      now: () => Date.now() + state.aheadMs,
      ...options,
    })
    await open.guard.ready()
    authority.overrides.set(STREAM, (_request, response) => response.writeHead(503).end())
    authority.cutStreams()
    await open.events.reached('feed_disconnected', 1)
    state.aheadMs = 5_000
    return { ...open, state }
  }

  it('asks nobody while the feed is fresh', async () => {
    using open = openGuard(authority, { credentials: CREDENTIALS, onStale: 'introspect' })
    await open.guard.ready()
    const hits = authority.hits(INTROSPECT)
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
    expect(authority.hits(INTROSPECT)).toBe(hits)
  })

  it('G09 asks the authority about a token while the feed is stale', async () => {
    using open = await openStale()
    const [alive, ended] = [authority.issue({ jti: 'a' }), authority.issue({ jti: 'b' })]
    authority.inactive.add(ended)
    expect(await codeOf(open.guard.verify(alive, ASK))).toBe('accepted')
    expect(await codeOf(open.guard.verify(ended, ASK))).toBe('token_revoked')
    expect(open.events.all.at(-1)).toMatchObject({ reason: 'introspected' })
    expect(await codeOf(open.guard.verify(ended))).toBe('accepted')
    expect(await codeOf(open.guard.verify(ended, { onStale: 'refuse' }))).toBe('revocation_stale')
    expect(await codeOf(open.guard.verify('garbage', ASK))).toBe('token_invalid')
    expect(open.guard.health().issuers[0]?.introspections).toEqual({
      active: 1,
      inactive: 1,
      failed: 0,
    })
  })

  it('asks once for all who ask about one token at once, and for a second after', async () => {
    using open = await openStale()
    const token = authority.issue()
    const hits = authority.hits(INTROSPECT)
    const all = Array.from({ length: 50 }, () => codeOf(open.guard.verify(token, ASK)))
    expect(new Set(await Promise.all(all))).toEqual(new Set(['accepted']))
    expect(await codeOf(open.guard.verify(token, ASK))).toBe('accepted')
    expect(authority.hits(INTROSPECT)).toBe(hits + 1)
    authority.inactive.add(token)
    open.state.aheadMs += 1_001
    expect(await codeOf(open.guard.verify(token, ASK))).toBe('token_revoked')
    expect(authority.hits(INTROSPECT)).toBe(hits + 2)
  })

  it('asks no second time while an answer is under way, however long that takes', async () => {
    using open = await openStale()
    const held: (() => void)[] = []
    authority.overrides.set(INTROSPECT, (_request, response) => {
      held.push(() => sendJson(response, { active: true }))
    })
    const token = authority.issue()
    const first = codeOf(open.guard.verify(token, ASK))
    await eventually(() => held.length === 1)
    open.state.aheadMs += 1_500
    const second = codeOf(open.guard.verify(token, ASK))
    for (const release of held) release()
    expect([await first, await second]).toEqual(['accepted', 'accepted'])
    expect(held).toHaveLength(1)
  })

  it.each<[string, (response: import('node:http').ServerResponse) => unknown]>([
    ['answers 500', (response) => response.writeHead(500).end()],
    ['answers 401', (response) => response.writeHead(401).end()],
    ['says neither yes nor no', (response) => sendJson(response, { active: 'true' })],
    ['says nothing', (response) => sendJson(response, null)],
    ['sends HTML', (response) => response.end('<html>')],
    ['sends too much', (response) => sendJson(response, { active: true, x: 'x'.repeat(70_000) })],
    ['never answers', () => {}],
    ['hangs up', (response) => response.destroy()],
    ['redirects', (response) => response.writeHead(307, { location: '/elsewhere' }).end()],
  ])('is an outage of ours when the authority %s', async (_name, answer) => {
    using open = await openStale()
    authority.overrides.set(INTROSPECT, (_request, response) => answer(response))
    expect(await codeOf(open.guard.verify(authority.issue(), ASK))).toBe('revocation_stale')
    expect(open.events.count('introspection_failed')).toBe(1)
    authority.overrides.delete(INTROSPECT)
    open.state.aheadMs += 2_001
    expect(await codeOf(open.guard.verify(authority.issue(), ASK))).toBe('accepted')
  })

  it('rests for a second after a failure, whoever asks', async () => {
    using open = await openStale()
    authority.overrides.set(INTROSPECT, (_request, response) => response.writeHead(503).end())
    const hits = authority.hits(INTROSPECT)
    for (let round = 0; round < 20; round += 1) {
      const token = authority.issue({ jti: `${round}` })
      expect(await codeOf(open.guard.verify(token, ASK))).toBe('revocation_stale')
    }
    // One, unless these twenty took longer than a second.
    expect(authority.hits(INTROSPECT) - hits).toBeLessThan(10)
  })

  it('asks about no more than 64 tokens at once', async () => {
    using open = await openStale()
    authority.overrides.set(INTROSPECT, () => {})
    const all = Array.from({ length: 66 }, (_, index) =>
      codeOf(open.guard.verify(authority.issue({ jti: `${index}` }), ASK)),
    )
    expect(new Set(await Promise.all(all))).toEqual(new Set(['revocation_stale']))
    const reasons = open.events.all.flatMap((event) =>
      event.type === 'refused' ? [event.reason] : [],
    )
    expect(reasons.filter((reason) => reason === 'introspection_busy')).toHaveLength(2)
    expect(reasons.filter((reason) => reason === 'introspection_failed')).toHaveLength(64)
  })

  it('is tried by ready(), where a route would need it', async () => {
    const openFor = async () => {
      using open = openGuard(authority, { credentials: CREDENTIALS })
      open.guard.route(ASK)
      return await codeOf(open.guard.ready())
    }
    expect(await openFor()).toBe('accepted')
    expect(authority.hits(INTROSPECT)).toBe(1)
    announce({ introspection_endpoint: undefined })
    expect(await openFor()).toBe('introspection_missing')
    announce({})
    for (const status of [400, 401, 403]) {
      authority.overrides.set(INTROSPECT, (_request, response) => response.writeHead(status).end())
      expect(await openFor()).toBe('introspection_refused')
    }
    authority.overrides.set(INTROSPECT, (_request, response) => response.writeHead(503).end())
    expect(await openFor()).toBe('accepted')
  })

  it('needs credentials, which a route says when it is made', () => {
    using open = openGuard(authority)
    expect(() => open.guard.route(ASK)).toThrow(/needs credentials/)
  })
})

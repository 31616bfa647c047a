import { randomBytes, randomUUID } from 'node:crypto'
import { exportJwk, generateKey } from '@signet/token'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseTokenSecrets } from '../src/index.ts'
import { AuthorityDouble, sendJson } from './authority-double.ts'
import { eventually } from './eventually.ts'
import { codeOf, openGuard } from './open-guard.ts'
import { withHeader } from './raw-token.ts'

const KEY_SET = '/.well-known/jwks.json'
const METADATA = '/.well-known/openid-configuration'

describe('keys of an issuer', () => {
  let authority: AuthorityDouble

  beforeEach(async () => {
    authority = await AuthorityDouble.start()
  })
  afterEach(() => authority[Symbol.asyncDispose]())

  it('are fetched once, however many tokens are checked', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    for (let round = 0; round < 20; round += 1) await open.guard.verify(authority.issue())
    expect(authority.hits(KEY_SET)).toBe(1)
    expect(authority.hits(METADATA)).toBe(1)
  })

  it('let a new key in with the first token that names it', async () => {
    using open = openGuard(authority, { revocation: 'none' })
    await open.guard.ready()
    authority.keys.unshift(await generateKey('ES256'))
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
    expect(authority.hits(KEY_SET)).toBe(2)
  })

  it('F04 are fetched at most once for a storm of unknown kids, and a new key still gets in', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    const good = authority.issue()
    const storm = Array.from({ length: 200 }, () => withHeader(good, { kid: randomUUID() }))
    const codes = await Promise.all(storm.map((token) => codeOf(open.guard.verify(token))))
    expect(new Set(codes)).toEqual(new Set(['token_invalid']))
    for (const token of storm.slice(0, 20)) await codeOf(open.guard.verify(token))
    expect(authority.hits(KEY_SET)).toBe(2)
    expect(await codeOf(open.guard.verify(good))).toBe('accepted')

    authority.keys.unshift(await generateKey('ES256'))
    authority.announceKeys()
    await open.events.reached('keys_refreshed', 3)
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
  })

  it('F04 are not fetched per request while the authority answers 503', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    authority.overrides.set(KEY_SET, (_request, response) => response.writeHead(503).end())
    const token = withHeader(authority.issue(), { kid: 'unknown' })
    for (let round = 0; round < 50; round += 1) await codeOf(open.guard.verify(token))
    expect(authority.hits(KEY_SET)).toBeLessThan(10)
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
  })

  it('are asked for with the last ETag, and kept when nothing changed', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    const asked: unknown[] = []
    authority.overrides.set(KEY_SET, (request, response) => {
      asked.push(request.headers['if-none-match'])
      authority.sendKeys(request, response)
    })
    authority.announceKeys()
    await open.events.reached('keys_refreshed', 2)
    expect(asked).toEqual([`"${authority.keys[0]?.kid}"`])
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
  })

  it('F06 go when the issuer announces that they are gone', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    const token = authority.issue()
    authority.keys = [await generateKey('ES256')]
    authority.announceKeys()
    await open.events.reached('keys_refreshed', 2)
    expect(await codeOf(open.guard.verify(token))).toBe('token_invalid')
  })

  it('are fetched once more when they change again during a fetch', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    let release = () => {}
    authority.overrides.set(KEY_SET, (request, response) => {
      release = () => authority.sendKeys(request, response)
      authority.overrides.delete(KEY_SET)
    })
    authority.announceKeys()
    await eventually(() => authority.hits(KEY_SET) === 2)
    authority.announceKeys()
    // The feed keeps its order: once the entry is known, the second announcement is as well.
    authority.revoke({ id: 'ses_marker' })
    await eventually(() => open.guard.health().issuers[0]?.revocations === 1)
    expect(authority.hits(KEY_SET)).toBe(2)
    release()
    await open.events.reached('keys_refreshed', 3)
    expect(authority.hits(KEY_SET)).toBe(3)
  })

  it('F07 are not taken out of a cache on the way when the issuer says that they changed', async () => {
    // As a cache does: it keeps what it was given, unless a request wants it asked again.
    let cached: string | null = null
    authority.overrides.set(KEY_SET, (request, response) => {
      if (request.headers['cache-control'] !== 'no-cache') cached ??= published()
      else cached = published()
      response.setHeader('cache-control', 'max-age=86400')
      response.setHeader('content-type', 'application/json')
      response.end(cached)
    })
    const published = () => JSON.stringify({ keys: authority.keys.map(exportJwk) })
    using open = openGuard(authority)
    await open.guard.ready()
    const token = authority.issue()
    authority.keys = [await generateKey('ES256')]
    authority.announceKeys()
    await open.events.reached('keys_refreshed', 2)
    expect(await codeOf(open.guard.verify(token))).toBe('token_invalid')
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
  })

  it('F04 let a new key in at once while tokens of a removed one go on coming', async () => {
    let aheadMs = 0
    using open = openGuard(authority, { revocation: 'none', now: () => Date.now() + aheadMs })
    await open.guard.ready()
    const removed = withHeader(authority.issue(), { kid: 'removed' })
    for (const ms of [0, 31_000, 92_000]) {
      aheadMs = ms
      expect(await codeOf(open.guard.verify(removed))).toBe('token_invalid')
    }
    expect(authority.hits(KEY_SET)).toBe(4)
    aheadMs = 150_000
    expect(await codeOf(open.guard.verify(removed))).toBe('token_invalid')
    authority.keys.unshift(await generateKey('ES256'))
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
    expect(authority.hits(KEY_SET)).toBe(5)
  })

  it('F05 go on working while the authority is away, for as long as declared, then 503', async () => {
    let aheadMs = 0
    using open = openGuard(authority, {
      keysMaxStaleSeconds: 60,
      now: () => Date.now() + aheadMs,
    })
    await open.guard.ready()
    const token = authority.issue()
    await authority.down()
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
    aheadMs = 50_000
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
    aheadMs = 70_000
    expect(await codeOf(open.guard.verify(token))).toBe('keys_unavailable')
    expect(await codeOf(open.guard.verify('garbage'))).toBe('token_invalid')
    await authority.up()
    await open.events.reached('keys_refreshed', 2)
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
  })

  it('are fetched again when a jump of the clock made them too old', async () => {
    let aheadMs = 0
    using open = openGuard(authority, {
      revocation: 'none',
      keysMaxStaleSeconds: 60,
      now: () => Date.now() + aheadMs,
    })
    await open.guard.ready()
    const token = authority.issue()
    aheadMs = 70_000
    expect(await codeOf(open.guard.verify(token))).toBe('keys_unavailable')
    await open.events.reached('keys_refreshed', 2)
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
  })

  it('J21 are not taken from metadata that name another issuer', async () => {
    for (const issuer of [`${authority.issuer}/`, 'https://other.example', undefined]) {
      authority.overrides.set(METADATA, (_request, response) =>
        sendJson(response, { ...authority.metadata(), issuer }),
      )
      using open = openGuard(authority, { revocation: 'none' })
      expect(await codeOf(open.guard.ready())).toBe('metadata_invalid')
      expect(await codeOf(open.guard.verify(authority.issue()))).toBe('keys_unavailable')
    }
    expect(authority.hits(KEY_SET)).toBe(0)
  })

  it('J21 are not fetched from an address that is not safe', async () => {
    for (const jwks_uri of ['http://keys.example/jwks.json', 'ftp://127.0.0.1/', '/jwks', null]) {
      authority.overrides.set(METADATA, (_request, response) =>
        sendJson(response, { ...authority.metadata(), jwks_uri }),
      )
      using open = openGuard(authority, { revocation: 'none' })
      expect(await codeOf(open.guard.ready())).toBe('metadata_invalid')
    }
  })

  it('are found by OAuth metadata where there are no OpenID metadata', async () => {
    authority.overrides.set(METADATA, (_request, response) => response.writeHead(404).end())
    authority.overrides.set('/.well-known/oauth-authorization-server', (_request, response) =>
      sendJson(response, authority.metadata()),
    )
    using open = openGuard(authority)
    await open.guard.ready()
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
  })

  it('are looked for anew when their address stops working', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    authority.overrides.set(KEY_SET, (_request, response) => response.writeHead(410).end())
    authority.overrides.set('/keys', (request, response) => authority.sendKeys(request, response))
    authority.overrides.set(METADATA, (_request, response) =>
      sendJson(response, { ...authority.metadata(), jwks_uri: `${authority.issuer}/keys` }),
    )
    authority.keys = [await generateKey('ES256')]
    authority.announceKeys()
    await open.events.reached('keys_refreshed', 2)
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
  })

  it('may be a shared secret: then nothing is fetched, and the feed is followed all the same', async () => {
    const keys = parseTokenSecrets(randomBytes(32).toString('base64url'))
    const [key] = keys.keys()
    if (key === undefined) throw new Error('no secret')
    using open = openGuard(authority, { keys })
    await open.guard.ready()
    const token = authority.issue({}, { key })
    const other = authority.issue({ sid: 'ses_2' }, { key })
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('token_invalid')
    // Another process, or one before, may still have keys that change.
    authority.announceKeys()
    authority.revoke({ kind: 'key', id: 'of a key of before', expiresAt: null }, { id: 'ses_1' })
    await eventually(async () => (await codeOf(open.guard.verify(token))) === 'token_revoked')
    expect(await codeOf(open.guard.verify(other, { onStale: 'refuse' }))).toBe('accepted')
    authority.revoke({ kind: 'key', id: String(key.kid), expiresAt: null })
    await eventually(async () => (await codeOf(open.guard.verify(other))) === 'token_revoked')
    expect(authority.hits(KEY_SET)).toBe(0)
  })

  it('A08 are used without a stated algorithm only where policy leaves no choice', async () => {
    const [key] = authority.keys
    if (key === undefined) throw new Error('no key')
    const { alg: _, ...bare } = exportJwk(key)
    authority.overrides.set(KEY_SET, (_request, response) => sendJson(response, { keys: [bare] }))
    using strict = openGuard(authority, { algorithms: ['ES256', 'RS256'] })
    await strict.events.reached('keys_failed', 1)
    expect(await codeOf(strict.guard.verify(authority.issue()))).toBe('keys_unavailable')
    using single = openGuard(authority, { algorithms: ['ES256'] })
    await single.guard.ready()
    expect(await codeOf(single.guard.verify(authority.issue()))).toBe('accepted')
  })
})

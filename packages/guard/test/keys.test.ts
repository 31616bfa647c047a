import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { exportJwk, exportPrivateJwk, generateKey, importJwk } from '@signet/token'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthorityDouble, type Handler, sendJson } from './authority-double.ts'
import { type CountingServer, startCountingServer } from './counting-server.ts'
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

describe('B08 a key set answer that abuses its reader leaves the last good set in force', () => {
  let authority: AuthorityDouble
  let elsewhere: CountingServer

  beforeEach(async () => {
    authority = await AuthorityDouble.start()
    elsewhere = await startCountingServer()
  })
  afterEach(async () => {
    await authority[Symbol.asyncDispose]()
    await elsewhere[Symbol.asyncDispose]()
  })

  const json =
    (body: unknown): Handler =>
    (_request, response) =>
      sendJson(response, body)

  const ABUSES: Record<string, () => Promise<Handler>> = {
    'a redirect': async () => (_request, response) =>
      response.writeHead(302, { location: elsewhere.url }).end(),
    'a body over the limit': async () => json({ keys: [], padding: 'x'.repeat(300_000) }),
    'a small body that inflates': async () => (_request, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync(JSON.stringify({ keys: [], padding: 'x'.repeat(50_000_000) })))
    },
    HTML: async () => (_request, response) => response.end('<html>Please log in</html>'),
    'bytes that are not UTF-8': async () => (_request, response) =>
      response.end(Buffer.from([0x7b, 0xff, 0x7d])),
    'a list': async () => json([]),
    null: async () => json(null),
    'keys that are no list': async () => json({ keys: { 0: {} } }),
    'no keys': async () => json({ keys: [] }),
    'keys of the wrong types': async () => json({ keys: [null, 7, 'key', [], { kty: 7 }] }),
    'ten thousand keys': async () => json({ keys: Array.from({ length: 10_000 }, () => ({})) }),
    'a key with __proto__': async () => (_request, response) =>
      response.end('{"keys":[{"__proto__":{"kty":"oct","k":"AAAA","alg":"HS256"}}]}'),
    'a secret': async () =>
      json({
        keys: [
          { kty: 'oct', alg: 'HS256', kid: 's', k: Buffer.alloc(32, 'x1').toString('base64url') },
        ],
      }),
    'a private key': async () => json({ keys: [exportPrivateJwk(await generateKey('ES256'))] }),
    'a weak key': async () => json({ keys: [{ kty: 'RSA', alg: 'RS256', n: 'AQAB', e: 'AQAB' }] }),
    'a cut connection': async () => (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"keys":[')
      response.socket?.destroySoon()
    },
  }

  it.each(Object.entries(ABUSES))('B08 %s', async (_name, abuse) => {
    using open = openGuard(authority)
    await open.guard.ready()
    authority.overrides.set(KEY_SET, await abuse())
    authority.announceKeys()
    await open.events.reached('keys_failed', 1)
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
    expect(open.guard.health().issuers[0]?.keys).toMatchObject({ count: 1 })
    expect(open.guard.health().issuers[0]?.keys.lastError).not.toBe(null)
    expect(elsewhere.hits).toBe(0)
    authority.overrides.delete(KEY_SET)
    await open.events.reached('keys_refreshed', 2)
  })

  it('B08 one bad key does not take the good ones with it', async () => {
    const [good] = authority.keys
    if (good === undefined) throw new Error('no key')
    authority.overrides.set(
      KEY_SET,
      json({ keys: [null, { kty: 'RSA', n: 'AQAB', e: 'AQAB' }, exportJwk(good)] }),
    )
    using open = openGuard(authority)
    await open.guard.ready()
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
  })

  it('A18 a kid that occurs twice verifies nothing', async () => {
    const [key] = authority.keys
    if (key === undefined) throw new Error('no key')
    const other = exportJwk(await generateKey('ES256'))
    const third = await generateKey('ES256')
    const twin = { ...other, kid: key.kid }
    expect(importJwk(twin).kid).toBe(key.kid)
    authority.overrides.set(KEY_SET, json({ keys: [exportJwk(key), twin, exportJwk(third)] }))
    using open = openGuard(authority)
    await open.guard.ready()
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('token_invalid')
    expect(await codeOf(open.guard.verify(authority.issue({}, { key: third })))).toBe('accepted')
  })
})

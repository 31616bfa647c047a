import { gzipSync } from 'node:zlib'
import { exportJwk, exportPrivateJwk, generateKey, importJwk } from '@signet/token'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthorityDouble, type Handler, sendJson } from './authority-double.ts'
import { type CountingServer, startCountingServer } from './counting-server.ts'
import { codeOf, openGuard } from './open-guard.ts'
import { withHeader } from './raw-token.ts'

const KEY_SET = '/.well-known/jwks.json'

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

  it('A16 a weak key is no key, and the good ones beside it are', async () => {
    const [good] = authority.keys
    if (good === undefined) throw new Error('no key')
    const rsa = exportJwk(await generateKey('RS256')) as { n: string }
    const ec = exportJwk(good) as { x: string }
    const short = Buffer.from(rsa.n, 'base64url').subarray(0, 128).toString('base64url')
    const weak = [
      { ...rsa, kid: 'short', n: short },
      { ...rsa, kid: 'e1', e: 'AQ' },
      { ...rsa, kid: 'even', e: 'Ag' },
      { ...ec, kid: 'off the curve', x: Buffer.alloc(32, 1).toString('base64url') },
      { ...ec, kid: 'another curve', crv: 'P-384' },
      { ...ec, kid: 'for encryption', use: 'enc' },
    ]
    authority.overrides.set(KEY_SET, json({ keys: [...weak, exportJwk(good)] }))
    using open = openGuard(authority)
    await open.guard.ready()
    expect(open.guard.health().issuers[0]?.keys.count).toBe(1)
    for (const { kid } of weak) {
      const token = withHeader(authority.issue(), { kid })
      expect(await codeOf(open.guard.verify(token))).toBe('token_invalid')
    }
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

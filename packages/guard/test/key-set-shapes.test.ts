// Issuers that are not ours: key sets, metadata and tokens in the shape that Auth0, Google, Keycloak
// and Entra give them, with keys made here.
import { once } from 'node:events'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJwk, generateKey, type Key, sign } from '@signet/token'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGuard, type Guard, type IssuerOptions } from '../src/index.ts'
import { EventLog } from './event-log.ts'
import { codeOf } from './open-guard.ts'

const AUDIENCE = 'https://service.example'
const TENANT = '9c1f2b60-7e5d-4a3b-8f10-2d6c5b4a3e21'
/** What stands where a certificate does; nobody reads it. */
const CERTIFICATE = Buffer.alloc(300, 'certificate').toString('base64')
const THUMBPRINT = Buffer.alloc(20, 't').toString('base64url')

interface Shape {
  issuerPath: string
  keySetPath: string
  headers: OutgoingHttpHeaders
  /** A published key, dressed as theirs. */
  dress: (jwk: object, issuer: string) => object
  /** Keys beside it that are none for us. */
  others?: (jwk: object) => object[]
  claims: Record<string, unknown>
  options?: Partial<IssuerOptions>
  metadata?: Record<string, unknown>
}

const SHAPES: Record<string, Shape> = {
  Auth0: {
    issuerPath: '/',
    keySetPath: '/.well-known/jwks.json',
    headers: { 'cache-control': 'public, max-age=15, stale-while-revalidate=15' },
    dress: (jwk) => ({ ...jwk, use: 'sig', x5c: [CERTIFICATE], x5t: THUMBPRINT }),
    claims: { azp: 'app_1', scope: 'openid read:orders', gty: 'client-credentials' },
  },
  Google: {
    issuerPath: '',
    keySetPath: '/oauth2/v3/certs',
    headers: {
      'cache-control': 'public, max-age=23042, must-revalidate, no-transform',
      expires: 'Mon, 23 Nov 2026 18:00:00 GMT',
      age: '4711',
      vary: 'X-Origin, Referer, Origin,Accept-Encoding',
    },
    dress: (jwk) => ({ ...jwk, use: 'sig' }),
    claims: { azp: 'app_1', email: 'ada@example.com', email_verified: true, at_hash: 'x' },
  },
  Keycloak: {
    issuerPath: '/realms/acme',
    keySetPath: '/realms/acme/protocol/openid-connect/certs',
    headers: { 'cache-control': 'no-cache' },
    dress: (jwk) => ({
      ...jwk,
      use: 'sig',
      x5c: [CERTIFICATE],
      x5t: THUMBPRINT,
      'x5t#S256': THUMBPRINT,
    }),
    others: (jwk) => [{ ...jwk, kid: 'encryption', use: 'enc', alg: 'RSA-OAEP' }],
    claims: {
      typ: 'Bearer',
      azp: 'app_1',
      sid: 'b7',
      realm_access: { roles: ['admin'] },
      acr: '1',
    },
    metadata: { tls_client_certificate_bound_access_tokens: true },
  },
  Entra: {
    issuerPath: `/${TENANT}/v2.0`,
    keySetPath: `/${TENANT}/discovery/v2.0/keys`,
    headers: { 'cache-control': 'max-age=86400, private' },
    // No algorithm: the policy has to name the only one.
    dress: ({ alg: _, ...jwk }: { alg?: string }, issuer) => ({
      ...jwk,
      use: 'sig',
      x5t: THUMBPRINT,
      x5c: [CERTIFICATE],
      cloud_instance_name: 'example.com',
      issuer,
    }),
    claims: { azp: 'app_1', tid: TENANT, oid: 'o', scp: 'Orders.Read', ver: '2.0', uti: 'u' },
    options: { algorithms: ['RS256'] },
  },
}

describe.each(Object.entries(SHAPES))('an issuer in the shape of %s', (_name, shape) => {
  const server = createServer((request, response) => {
    const { url = '' } = request
    hits.push(url)
    const metadata = `${shape.issuerPath.replace(/\/$/, '')}/.well-known/openid-configuration`
    if (url === metadata) {
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.end(JSON.stringify({ ...shape.metadata, issuer, jwks_uri: origin + keySetPath }))
    } else if (url === keySetPath) {
      const published = keys.map((key) => shape.dress(exportJwk(key), issuer))
      const others = shape.others?.(exportJwk(keys[0] as Key)) ?? []
      response.writeHead(200, { ...shape.headers, 'content-type': 'application/json' })
      response.end(JSON.stringify({ keys: [...others, ...published] }))
    } else {
      response.writeHead(404).end()
    }
  })
  const { keySetPath } = shape
  let hits: string[]
  let origin: string
  let issuer: string
  let keys: Key[]
  let guard: Guard
  let events: EventLog

  beforeEach(async () => {
    hits = []
    keys = [await generateKey('RS256'), await generateKey('RS256')]
    await once(server.listen(0, '127.0.0.1'), 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    issuer = origin + shape.issuerPath
    events = new EventLog()
    guard = createGuard({
      issuer,
      audience: AUDIENCE,
      tokenType: 'JWT',
      revocation: 'none',
      onEvent: events.onEvent,
      ...shape.options,
    })
    await guard.ready()
  })
  afterEach(async () => {
    guard.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const issue = (key = keys[0] as Key) =>
    sign({ sub: 'user|1', ...shape.claims }, key, {
      issuer,
      audience: [AUDIENCE, `${origin}/userinfo`],
      expiresIn: '24h',
      type: 'JWT',
    })

  it('is understood: its keys verify its tokens, and nothing else does', async () => {
    expect(guard.health().issuers[0]?.keys).toMatchObject({ count: 2, lastError: null })
    for (const key of keys) {
      expect(await guard.verify(issue(key))).toMatchObject({ subject: 'user|1', issuer })
    }
    const thief = await generateKey('RS256')
    expect(await codeOf(guard.verify(issue(thief)))).toBe('token_invalid')
  })

  it('may rotate: a new key gets in with its first token, a removed one goes', async () => {
    const old = issue()
    expect(await codeOf(guard.verify(old))).toBe('accepted')
    keys = [await generateKey('RS256'), keys[1] as Key]
    expect(await codeOf(guard.verify(issue()))).toBe('accepted')
    expect(await codeOf(guard.verify(old))).toBe('token_invalid')
    expect(hits.filter((path) => path === keySetPath)).toHaveLength(2)
  })

  it('may be away: its tokens are verified with the keys that are there', async () => {
    const token = issue()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(await codeOf(guard.verify(issue(await generateKey('RS256'))))).toBe('token_invalid')
    expect(events.count('keys_failed')).toBe(1)
    expect(await codeOf(guard.verify(token))).toBe('accepted')
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
})

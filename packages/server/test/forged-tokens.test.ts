import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAuthority, type TokenAnswer } from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSecret } from '../src/config/secrets.ts'
import { openSealedKey } from '../src/keys/sealed-key.ts'
import { queryFile } from './database-file.ts'

const PASSWORD = 'correct horse battery'

let authority: Awaited<ReturnType<typeof startAuthority>>
let pair: TokenAnswer
let header: Record<string, unknown>
let claims: Record<string, unknown>
/** The authority's own signing key, taken out of its database: for what an issuer would never sign. */
let issuerKey: KeyObject
let publicJwk: JsonWebKey

beforeAll(async () => {
  authority = await startAuthority()
  pair = (await authority.client.signup('ada@example.com', PASSWORD)).body
  const decoded = decode(pair.accessToken)
  header = { ...decoded.header }
  claims = { ...decoded.claims }
  const [row] = await queryFile(
    authority.databasePath,
    "select kid, sealed_jwk from signing_keys where state = 'active'",
  )
  const secret = parseSecret(
    (await readFile(join(authority.folder, 'signet.secret'), 'utf8')).trim(),
  )
  if (secret === null) throw new Error('the secret file holds no secret')
  const jwk = openSealedKey(secret, String(row?.['kid']), row?.['sealed_jwk'] as Uint8Array)
  issuerKey = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
  const { d: _private, ...publicPart } = jwk as JsonWebKey
  publicJwk = publicPart
})
afterAll(() => authority[Symbol.asyncDispose]())

function segment(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text).toString('base64url')
}

/** A token with an ES256 signature over whatever the parts are. */
function signed(parts: { header?: unknown; claims?: unknown; key?: KeyObject }): string {
  const input = `${segment(parts.header ?? header)}.${segment(parts.claims ?? claims)}`
  const key = parts.key ?? issuerKey
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** The claims as text with one of them replaced by JSON that no serialiser would write. */
function claimsWith(name: string, json: string): string {
  const { [name]: _replaced, ...others } = claims
  return JSON.stringify(others).replace(/\}$/, `,"${name}":${json}}`)
}

/** What the two routes that take an access token answer; a refused token must end nothing either. */
async function codesOf(token: string): Promise<unknown[]> {
  const profile = await authority.client.profile(token)
  const logout = await authority.client.logout(token)
  return [profile.status, profile.body['code'], logout.status, logout.body['code']]
}

const REFUSED = [401, 'token_invalid', 401, 'token_invalid']

test('what this file signs with the key of the authority is accepted, so refusals mean something', async () => {
  expect((await authority.client.profile(signed({}))).status).toBe(200)
})

describe('A01 alg none in any spelling', () => {
  const spellings = [
    'none',
    'None',
    'NONE',
    'nOnE',
    'noNe',
    'none ',
    ' none',
    'none\u0000',
    'ｎone',
    '',
  ]
  test.each(spellings)('%j', async (alg) => {
    const input = `${segment({ ...header, alg })}.${segment({ ...claims, roles: ['admin'] })}`
    const kept = pair.accessToken.slice(pair.accessToken.lastIndexOf('.') + 1)
    for (const token of [
      `${input}.`,
      input,
      `${input}.${kept}`,
      signed({ header: { ...header, alg } }),
    ]) {
      expect(await codesOf(token)).toEqual(REFUSED)
    }
  })
})

describe('A02 A03 A04 A09 alg of another kind, missing or another name for the same key', () => {
  test.each([
    null,
    true,
    256,
    ['ES256'],
    { alg: 'ES256' },
    undefined,
    'es256',
    'ES256 ',
    'ES384',
    'ES256K',
    'EdDSA',
    'RS256',
  ])('%j', async (alg) =>
    expect(await codesOf(signed({ header: { ...header, alg } }))).toEqual(REFUSED),
  )
})

test('A05 a token signed by HMAC with any encoding of the public key is refused', async () => {
  const key = createPublicKey({ key: publicJwk, format: 'jwk' })
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  const der = key.export({ type: 'spki', format: 'der' })
  const [x, y] = [publicJwk.x, publicJwk.y].map((part) => Buffer.from(part ?? '', 'base64url'))
  const point = Buffer.concat([Buffer.from([4]), x ?? '', y ?? ''] as Buffer[])
  const keySet = await fetch(`${authority.url}/.well-known/jwks.json`)
  const secrets = [
    pem,
    pem.trimEnd(),
    pem.replaceAll('\n', '\r\n'),
    `\n${pem}`,
    der,
    der.toString('base64'),
    JSON.stringify(publicJwk),
    await keySet.text(),
    point,
    point.subarray(1),
    String(publicJwk.x),
    '',
  ]
  for (const secret of secrets) {
    for (const bits of ['256', '384', '512']) {
      const input = `${segment({ ...header, alg: `HS${bits}` })}.${segment(claims)}`
      const mac = createHmac(`sha${bits}`, secret).update(input).digest('base64url')
      expect(await codesOf(`${input}.${mac}`)).toEqual(REFUSED)
    }
  }
})

describe('B01 B02 B03 B06 a key that the token brings or points to', () => {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Read again: on Node 20 exporting a generated KeyObject as a JWK may hang the process.
  const ownPublic = createPublicKey(own.publicKey.export({ format: 'pem', type: 'spki' }))
  const jwk = { ...ownPublic.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }

  test.each(
    Object.entries<(kid: unknown) => Record<string, unknown>>({
      'embedded, under the kid of the authority': (kid) => ({ kid, jwk: { ...jwk, kid } }),
      'embedded, under a kid of its own': () => ({ kid: 'mine', jwk: { ...jwk, kid: 'mine' } }),
      'embedded, without a kid': () => ({ kid: undefined, jwk }),
      'at an address': (kid) => ({ kid, jku: 'http://127.0.0.1:9/jwks.json' }),
      'in a certificate': (kid) => ({ kid, x5c: ['AAAA'], x5u: 'http://127.0.0.1:9/cert.pem' }),
      'under no known kid': () => ({ kid: '__proto__' }),
      'under a kid that is a path': () => ({ kid: '../../../../dev/null' }),
      'under a kid of another type': () => ({ kid: { $ne: null } }),
    }),
  )('%s', async (_name, members) => {
    const token = signed({ header: { ...header, ...members(header['kid']) }, key: own.privateKey })
    expect(await codesOf(token)).toEqual(REFUSED)
  })

  test('a good signature under a header that brings a key is refused as well', async () => {
    // A service that follows it would otherwise take the attacker's key for the next token.
    for (const members of [{ crit: ['exp'] }, { b64: false }, { zip: 'DEF' }]) {
      expect(await codesOf(signed({ header: { ...header, ...members } }))).toEqual(REFUSED)
    }
  })
})

describe('C01 C02 exp that is no time in the near future, correctly signed', () => {
  test('missing', async () => {
    const { exp: _exp, ...others } = claims
    expect(await codesOf(signed({ claims: others }))).toEqual(REFUSED)
  })
  test.each([
    'null',
    'true',
    '"9999999999"',
    '"NaN"',
    '[9999999999]',
    '{}',
    '1e999',
    '-1',
    '1.5e300',
  ])('%s', async (exp) => {
    const answer = await authority.client.profile(signed({ claims: claimsWith('exp', exp) }))
    expect([answer.status, answer.body['code']]).toEqual([401, 'token_invalid'])
  })

  test('milliseconds, or further away than any token lives', async () => {
    for (const exp of [
      String(Date.now()),
      '4102444800',
      String(Number(claims['exp']) + 2 * 86_400),
    ]) {
      const answer = await authority.client.profile(signed({ claims: claimsWith('exp', exp) }))
      expect([answer.status, answer.body['code']]).toEqual([401, 'token_invalid'])
    }
  })
})

describe('C03 C05 C06 C07 C08 claims that are not ours, correctly signed', () => {
  test.each([
    ['iss', '"http://localhost"'],
    ['iss', '["http://localhost:3000"]'],
    ['iss', 'null'],
    ['aud', '"https://elsewhere.example"'],
    ['aud', '[]'],
    ['aud', '{}'],
    ['aud', '""'],
    ['sub', '""'],
    ['sub', '5'],
    ['sub', '"acc_1\\r\\nX-Admin: 1"'],
    ['iat', 'null'],
    ['iat', '99999999999'],
    ['nbf', '99999999999'],
    ['nbf', '"soon"'],
  ])('%s = %s', async (name, json) => {
    const answer = await authority.client.profile(signed({ claims: claimsWith(name, json) }))
    expect([answer.status, answer.body['code']]).toEqual([401, 'token_invalid'])
  })

  test('C05 a payload that is no object, and D05 one that says a thing twice', async () => {
    const twice = `${JSON.stringify(claims).slice(0, -1)},"\\u0073ub":"acc_admin"}`
    for (const payload of ['[]', '"text"', '5', 'null', JSON.stringify([claims]), twice]) {
      expect(await codesOf(signed({ claims: payload }))).toEqual(REFUSED)
    }
  })
})

describe('E01 E02 one kind of token where another is due', () => {
  test('a refresh token is no bearer token, and an access token no refresh token', async () => {
    expect(await codesOf(pair.refreshToken)).toEqual(REFUSED)
    const refresh = await authority.client.refresh(pair.accessToken)
    expect([refresh.status, refresh.body.code]).toEqual([400, 'request_invalid'])
    const logout = await authority.client.call('/logout', {
      body: { refreshToken: pair.accessToken.slice(0, 78) },
    })
    expect([logout.status, logout.body['code']]).toEqual([401, 'refresh_invalid'])
  })

  test.each([
    'JWT',
    'jwt',
    'id+jwt',
    'logout+jwt',
    'dpop+jwt',
    'at+jwt ',
    ['at+jwt'],
    null,
    undefined,
  ])('a token of the type %j, correctly signed, is refused', async (typ) =>
    expect(await codesOf(signed({ header: { ...header, typ } }))).toEqual(REFUSED),
  )
})

describe('D01 D04 D07 a good token in another wrapping', () => {
  test.each(
    Object.entries<(token: string) => string>({
      padded: (token) => `${token}=`,
      'with a segment more': (token) => `${token}.`,
      'with two segments more': (token) => `${token}.a.b`,
      'of dots': () => '.'.repeat(5_000),
      'of 12 KB': (token) => `${token}${'A'.repeat(12_000)}`,
      'in the alphabet of base64': (token) =>
        token
          .replaceAll('-', '+')
          .replaceAll('_', '/')
          .replace(/\.(?=[^.]*$)/, '.+'),
      'cut short': (token) => token.slice(0, -1),
    }),
  )('%s', async (_name, wrap) => expect(await codesOf(wrap(pair.accessToken))).toEqual(REFUSED))
})

test('after all of it the session goes on', async () => {
  expect((await authority.client.profile(pair.accessToken)).status).toBe(200)
  expect((await authority.client.refresh(pair.refreshToken)).status).toBe(200)
})

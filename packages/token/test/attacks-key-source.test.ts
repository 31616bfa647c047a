// Attack class B, as far as a library without network and files meets it: keys that come with the
// token, and key ids that are something else.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as T from '@signet/token'
import { describe, expect, it } from 'vitest'
import { EdDSA, ES256, HS256, RS256 } from './attack-keys.ts'
import { ecSigner, forge, good, hmacSigner, rsaSigner, verdict } from './forge.ts'
import { createPair } from './key-pairs.ts'

const keySet = T.createKeySet([RS256.key, ES256.key, EdDSA.key])

describe('B01 a key in the header', () => {
  const rsa = createPair.rsa(2048)
  const ec = createPair.ec('prime256v1')
  const secret = randomBytes(32)
  const attempts = [
    {
      alg: 'RS256',
      jwk: rsa.publicKey.export({ format: 'jwk' }),
      signer: rsaSigner(rsa.privateKey),
    },
    { alg: 'ES256', jwk: ec.publicKey.export({ format: 'jwk' }), signer: ecSigner(ec.privateKey) },
    {
      alg: 'HS256',
      jwk: { kty: 'oct', k: secret.toString('base64url') },
      signer: hmacSigner(secret),
    },
  ]
  it.each(attempts)('of $alg never verifies the token that carries it', async (attempt) => {
    const { alg, jwk, signer } = attempt
    for (const kid of [undefined, 'mine', RS256.kid, ES256.kid]) {
      const header = { alg, ...(kid === undefined ? {} : { kid }), jwk: { ...jwk, kid } }
      const token = forge(header, good, signer)
      expect(await verdict(token, keySet)).not.toBe('accepted')
      for (const one of [RS256, ES256, HS256]) {
        expect(await verdict(token, one.key)).not.toBe('accepted')
      }
    }
  })

  it('is not looked at in a genuine token either', async () => {
    const header = { alg: 'RS256', kid: RS256.kid, jwk: 'nonsense', x5c: 7 }
    expect(await verdict(forge(header, good, RS256.signer), keySet)).toBe('accepted')
  })
})

it('B02 B03 jku, x5u and x5c are never followed', async () => {
  let hits = 0
  const server = createServer((_, response) => {
    hits++
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  const stranger = createPair.rsa(2048)
  try {
    for (const extra of [{ jku: url }, { x5u: url }, { x5c: ['MIIB'], 'x5t#S256': 'AA' }]) {
      const header = { alg: 'RS256', kid: RS256.kid, ...extra }
      const forged = forge(header, good, rsaSigner(stranger.privateKey))
      expect(await verdict(forged, keySet)).toBe('signature_invalid')
      expect(await verdict(forge(header, good, RS256.signer), keySet)).toBe('accepted')
    }
    expect(hits).toBe(0)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

it.each([
  '../../../../dev/null',
  '/dev/null',
  'file:///etc/hostname',
  'C:\\windows\\win.ini',
  "x' UNION SELECT 'AAAA",
  "' OR 1=1 --",
  '|sleep 10',
  '$(sleep 10)',
  '*)(uid=*',
  'kid-RS256 ',
  ' kid-RS256',
  'KID-RS256',
  'kid-RS256\0',
  'kid-RS256\0.pem',
  'ｋid-RS256',
  '*',
  '',
  'x'.repeat(4000),
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'size',
  'keys',
])('B04 B05 B06 kid %j finds no key', async (kid) => {
  for (const secret of [Buffer.alloc(0), Buffer.from('AAAA')]) {
    const forged = forge({ alg: 'HS256', kid }, good, hmacSigner(secret))
    expect(await verdict(forged, keySet)).toBe('key_not_found')
  }
  const genuine = forge({ alg: 'RS256', kid }, good, RS256.signer)
  expect(await verdict(genuine, keySet)).toBe('key_not_found')
  expect(await verdict(genuine, RS256.key)).toBe('key_not_found')
})

it.each([null, 7, true, [], [RS256.kid], {}, { $ne: null }])(
  'B05 B06 kid of the wrong type is refused: %j',
  async (kid) => {
    const genuine = forge({ alg: 'RS256', kid }, good, RS256.signer)
    expect(await verdict(genuine, keySet)).toBe('header_invalid')
  },
)

it.each(['__proto__', 'constructor', 'toString'])('B06 a key may be called %s', async (kid) => {
  const key = T.importKeyObject(RS256.key && (RS256.publicObject ?? never()), {
    algorithm: 'RS256',
    kid,
  })
  const set = T.createKeySet([key])
  expect(await verdict(forge({ alg: 'RS256', kid }, good, RS256.signer), set)).toBe('accepted')
  expect(set.has('valueOf')).toBe(false)
  expect(set.find('valueOf')).toBeNull()
})

it('B07 a header is remembered for the keys it was judged with, and for no others', async () => {
  const token = forge({ alg: 'RS256', kid: RS256.kid }, good, RS256.signer)
  const other = createPair.rsa(2048)
  const stranger = T.importKeyObject(other.publicKey, { algorithm: 'RS256', kid: RS256.kid })
  for (let round = 0; round < 3; round++) {
    expect(await verdict(token, keySet)).toBe('accepted')
    expect(await verdict(token, T.createKeySet([stranger]))).toBe('signature_invalid')
    expect(await verdict(token, T.createKeySet([ES256.key]))).toBe('key_not_found')
  }
})

describe('B08 hostile key sets', () => {
  it.each([null, undefined, 7, 'keys', {}, { keys: null }, { keys: 'x' }, { keys: {} }])(
    'refuses %j',
    (jwks) => {
      expect(() => T.createKeySet(jwks as unknown as T.JwkSetLike)).toThrow(T.KeyError)
    },
  )

  it('refuses more than a thousand keys before looking at any', () => {
    const keys = Array.from({ length: 10_000 }, () => T.exportJwk(RS256.key))
    expect(() => T.createKeySet({ keys })).toThrow(T.KeyError)
  })

  it('survives keys with poisoned members', () => {
    const keys = [
      JSON.parse('{"kty":"RSA","alg":"RS256","n":"AQAB","e":"AQAB","__proto__":{"d":"x"}}'),
      { kty: '__proto__', alg: 'RS256' },
      { kty: 'constructor', alg: 'RS256' },
      { kty: 'RSA', alg: '__proto__', n: 'AQAB', e: 'AQAB' },
      { kty: 'RSA', alg: 'RS256', n: ['AQAB'], e: { length: 3 } },
      { kty: 'EC', alg: 'ES256', crv: 'P-256', x: 'A'.repeat(100_000), y: '' },
    ]
    const set = T.createKeySet({ keys: [...keys, T.exportJwk(ES256.key)] })
    expect(set.size).toBe(1)
    expect(set.skipped).toHaveLength(keys.length)
    expect(Object.hasOwn(Object.prototype, 'd')).toBe(false)
  })

  it('refuses moduli so large that verifying would cost seconds', () => {
    const n = Buffer.alloc(4096, 0xff).toString('base64url')
    const set = T.createKeySet({ keys: [{ kty: 'RSA', alg: 'RS256', n, e: 'AQAB' }] })
    expect(set.skipped[0]?.reason.code).toBe('key_too_small')
  })
})

function never(): never {
  throw new Error('missing key')
}

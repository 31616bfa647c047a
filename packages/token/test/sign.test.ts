import * as T from '@signet/token'
import { describe, expect, it } from 'vitest'
import { HS256 } from './attack-keys.ts'
import { NOW } from './forge.ts'

const now = () => NOW + 0.9
const key = HS256.key
const claimsOf = (token: string) => T.decode(token).claims

describe('sign', () => {
  it('writes what the options say and nothing else', () => {
    const token = T.sign({ role: 'admin' }, key, {
      issuer: 'i',
      audience: ['a', 'b'],
      subject: 's',
      jwtId: 'j',
      notBefore: '10s',
      expiresIn: '15m',
      type: 'at+jwt',
      now,
    })
    expect(T.decode(token)).toEqual({
      header: { alg: 'HS256', typ: 'at+jwt', kid: HS256.kid },
      claims: {
        role: 'admin',
        iss: 'i',
        aud: ['a', 'b'],
        sub: 's',
        jti: 'j',
        iat: NOW,
        nbf: NOW + 10,
        exp: NOW + 900,
      },
    })
  })

  it('leaves times alone that the claims state', () => {
    const stated = { iat: 5, nbf: 6, exp: 7 }
    expect(claimsOf(T.sign(stated, key, { now }))).toEqual(stated)
    expect(claimsOf(T.sign({ iat: 5 }, key, { expiresIn: 10, now }))).toEqual({ iat: 5, exp: 15 })
    expect(claimsOf(T.sign({}, key, { expiresIn: 10, now }))).toEqual({ iat: NOW, exp: NOW + 10 })
  })

  it('leaves out what is undefined, and typ where it is null', () => {
    const token = T.sign({ a: undefined, iat: undefined }, key, { expiresIn: 1, type: null, now })
    expect(T.decode(token)).toEqual({
      header: { alg: 'HS256', kid: HS256.kid },
      claims: { iat: NOW, exp: NOW + 1 },
    })
  })

  it.each([
    [{ iss: 'i' }, { issuer: 'i' }],
    [{ aud: 'a' }, { audience: 'a' }],
    [{ sub: 's' }, { subject: 's' }],
    [{ jti: 'j' }, { jwtId: 'j' }],
    [{ exp: 1 }, { expiresIn: 60 }],
    [{ nbf: 1 }, { notBefore: 60 }],
  ])('refuses a claim given twice: %j %j', (claims, options) => {
    expect(() => T.sign(claims, key, { expiresIn: 60, ...options })).toThrow(/given twice/)
  })

  it.each([
    { iss: '' },
    { iss: 7 },
    { sub: 'a\nb' },
    { jti: null },
    { aud: [] },
    { aud: [7] },
    { aud: '' },
    { iat: '5' },
    { iat: -1 },
    { iat: Number.NaN },
    { nbf: 1e300 },
    { exp: 1_800_000_000_000 },
    { x: '\ud800' },
    { x: { y: ['\udc00'] } },
    { x: JSON.parse('{"__proto__":1}') },
    JSON.parse('{"__proto__":1}'),
    { x: JSON.parse('['.repeat(20) + ']'.repeat(20)) },
    { toJSON: () => ({ sub: 'other' }) },
    [],
    null,
    'text',
    new Date(0),
  ])('%#: refuses claims that would not verify', (claims) => {
    const options =
      typeof claims === 'object' && claims !== null && 'exp' in claims ? {} : { expiresIn: 60 }
    expect(() => T.sign(claims as Record<string, unknown>, key, options)).toThrow(TypeError)
  })

  it('does not take an inherited or hidden time for one that is written', () => {
    const inherited = Object.create({ exp: NOW + 60, iat: 5 })
    const hidden = Object.defineProperty({}, 'exp', { value: NOW + 60, enumerable: false })
    expect(() => T.sign(inherited, key, { now })).toThrow(TypeError)
    expect(() => T.sign(hidden, key, { now })).toThrow(TypeError)
    const token = T.sign(Object.create({ iat: 5 }), key, { dangerouslyOmitExpiry: true, now })
    expect(claimsOf(token)).toEqual({ iat: NOW })
  })

  it.each([
    { expiresIn: 60, type: '' },
    { expiresIn: 60, type: 'a\nb' },
    { expiresIn: 60, now: 5 },
    { expiresIn: 60, issuer: '' },
    { expiresIn: 60, audience: [] },
    { expiresIn: 60, expiresin: 60 },
    { expiresIn: 60, dangerouslyOmitExpiry: true },
    { dangerouslyOmitExpiry: 'yes' },
    { expiresIn: 60, header: { crit: [] } },
    null,
  ])('makes no signer with %j', (options) => {
    expect(() => T.createSigner(key, options as unknown as T.SignOptions)).toThrow(TypeError)
    expect(() => T.createAsyncSigner(key, options as unknown as T.SignOptions)).toThrow(TypeError)
  })

  it('refuses a clock that is out of range', () => {
    for (const broken of [Number.NaN, -1, 1e15]) {
      expect(() => T.sign({}, key, { expiresIn: 60, now: () => broken })).toThrow(TypeError)
    }
  })

  it('refuses a token that no verifier could take', () => {
    expect(() => T.sign({ x: 'y'.repeat(70_000) }, key, { expiresIn: 60 })).toThrow(TypeError)
  })
})

it('the asynchronous form makes the same tokens', async () => {
  for (const one of [key, await T.generateKey('RS256'), await T.generateKey('PS256')]) {
    const options = { issuer: 'i', audience: 'a', expiresIn: 60, now }
    const token = await T.signAsync({ sub: 's' }, one, options)
    const verifier = { issuer: 'i', audience: 'a', now }
    expect(T.verify(token, one, verifier)).toEqual(
      T.verify(T.sign({ sub: 's' }, one, options), one, verifier),
    )
  }
  await expect(T.signAsync({}, key, {})).rejects.toBeInstanceOf(TypeError)
  for (const one of [key, await T.generateKey('RS256')]) {
    const large = T.signAsync({ x: 'y'.repeat(70_000) }, one, { expiresIn: 60 })
    await expect(large).rejects.toBeInstanceOf(TypeError)
  }
})

it('many asynchronous verifications at once do not mix up their tokens', async () => {
  const keys = await Promise.all([
    T.generateKey('ES256'),
    T.generateKey('EdDSA'),
    T.generateKey('RS256'),
  ])
  const verifiers = keys.map((one) =>
    T.createAsyncVerifier(T.publicKey(one), { issuer: 'i', audience: 'a', now }),
  )
  const tokens = Array.from({ length: 90 }, (_, index) => {
    const signing = keys[index % 3] ?? key
    return T.sign({ index }, signing, { issuer: 'i', audience: 'a', expiresIn: 60, now })
  })
  const read = await Promise.all(
    tokens.map(async (token, index) => (await verifiers[index % 3]?.(token))?.claims['index']),
  )
  expect(read).toEqual(tokens.map((_, index) => index))
})

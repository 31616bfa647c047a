// Attack class F, the library's part: verdicts that are remembered.
import * as T from '@signet/token'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ES256, HS256, RS256 } from './attack-keys.ts'
import { codeOf, encodePart, expected, forge, good, NOW } from './forge.ts'

const header = { alg: 'HS256', kid: HS256.kid, typ: 'at+jwt' }
const token = forge(header, good, HS256.signer)
const accepting = { ...expected, type: 'at+jwt', cacheSize: 100 }

it('F01 a verdict is not shared with other expectations', () => {
  const prime = T.createVerifier(HS256.key, accepting)
  const others: [string, Partial<T.VerifierOptions>][] = [
    ['issuer_mismatch', { issuer: 'https://b.example' }],
    ['audience_mismatch', { audience: 'billing' }],
    ['type_mismatch', { type: 'JWT' }],
    ['claim_missing', { requiredClaims: ['scope'] }],
    ['subject_mismatch', { subject: 'u2' }],
    ['lifetime_too_long', { maxLifetimeSeconds: 60 }],
    ['token_too_large', { maxTokenBytes: 64 }],
  ]
  for (const [code, options] of others) {
    const strict = T.createVerifier(HS256.key, { ...accepting, ...options })
    for (let round = 0; round < 3; round++) {
      expect(codeOf(() => prime(token))).toBe('accepted')
      expect(codeOf(() => strict(token))).toBe(code)
    }
  }
})

it('F01 a verdict is not found under a token that ends the same', () => {
  const verifier = T.createVerifier(HS256.key, accepting)
  verifier(token)
  const [h = '', p = '', s = ''] = token.split('.')
  const admin = encodePart({ ...good, sub: 'admin' })
  expect(codeOf(() => verifier(`${h}.${admin}.${s}`))).toBe('signature_invalid')
  expect(codeOf(() => verifier(`${encodePart({ ...header, kid: 'x' })}.${p}.${s}`))).toBe(
    'key_not_found',
  )
  expect(codeOf(() => verifier(` ${token}`))).toBe('token_malformed')
  expect(codeOf(() => verifier(token))).toBe('accepted')
})

it('F01 what is shared between callers cannot be changed by one of them', () => {
  const verifier = T.createVerifier(HS256.key, accepting)
  const nested = forge(header, { ...good, roles: ['reader'], profile: { a: [1] } }, HS256.signer)
  for (let round = 0; round < 2; round++) {
    const { claims, header: shared } = verifier(nested)
    const writable = claims as { sub: string; roles: string[]; profile: { a: number[] } }
    expect(() => writable.roles.push('admin')).toThrow(TypeError)
    expect(() => writable.profile.a.push(2)).toThrow(TypeError)
    expect(() => Object.assign(claims, { sub: 'admin' })).toThrow(TypeError)
    expect(() => Object.assign(shared, { alg: 'none' })).toThrow(TypeError)
  }
  const plain = T.createVerifier(HS256.key, { ...expected, type: 'at+jwt' })
  Object.assign(plain(nested).claims, { sub: 'admin' })
  expect(plain(nested).claims.sub).toBe('u1')
  expect(() => Object.assign(plain(nested).header, { alg: 'none' })).toThrow(TypeError)
})

it('F02 a remembered token still ends, and still begins', () => {
  let now = NOW
  const verifier = T.createVerifier(HS256.key, { ...accepting, now: () => now })
  expect(codeOf(() => verifier(token))).toBe('accepted')
  now = good.exp + 9.9
  expect(codeOf(() => verifier(token))).toBe('accepted')
  now = good.exp + 10
  expect(codeOf(() => verifier(token))).toBe('token_expired')
  now = NOW - 100
  expect(codeOf(() => verifier(token))).toBe('token_not_yet_valid')
})

it('F02 a remembered token still grows too old', () => {
  let now = NOW
  const verifier = T.createVerifier(HS256.key, { ...accepting, maxAgeSeconds: 60, now: () => now })
  expect(codeOf(() => verifier(token))).toBe('accepted')
  now = NOW + 60
  expect(codeOf(() => verifier(token))).toBe('token_expired')
})

it('F02 a remembered token is judged as a new one is, at any moment', () => {
  const seconds = fc.integer({ min: -40, max: 40 }).map((halves) => halves / 2)
  const moment = fc.option(
    seconds.map((offset) => NOW + offset),
    { nil: undefined },
  )
  const limit = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined })
  const verdicts = new Set<string>()
  fc.assert(
    fc.property(
      fc.record({ iat: moment, nbf: moment, exp: moment }),
      fc.record({
        clockToleranceSeconds: fc.integer({ min: 0, max: 20 }),
        maxLifetimeSeconds: limit,
        maxAgeSeconds: limit,
      }),
      fc.array(seconds, { minLength: 2, maxLength: 20 }),
      (times, limits, offsets) => {
        let now = NOW
        const dated = forge(header, { ...good, ...times }, HS256.signer)
        const rules = {
          ...accepting,
          ...Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)),
          dangerouslyAllowMissingExpiry: true,
          now: () => now,
        }
        const remembering = T.createVerifier(HS256.key, rules)
        const forgetful = T.createVerifier(HS256.key, { ...rules, cacheSize: 0 })
        for (const offset of offsets) {
          now = NOW + offset
          const verdict = codeOf(() => forgetful(dated))
          expect(codeOf(() => remembering(dated))).toBe(verdict)
          verdicts.add(verdict)
        }
      },
    ),
    { numRuns: 500 },
  )
  expect([...verdicts].sort()).toEqual([
    'accepted',
    'claim_missing',
    'lifetime_too_long',
    'token_expired',
    'token_not_yet_valid',
  ])
})

it('F02 what a schema does to a claim does not change when a token ends', () => {
  let now = NOW
  const schema: T.StandardSchema<object> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => ({ value: Object.assign(value as object, { exp: NOW + 9_999 }) }),
    },
  }
  const verifier = T.createVerifier(HS256.key, { ...accepting, now: () => now, claims: schema })
  expect(codeOf(() => verifier(token))).toBe('accepted')
  now = good.exp + 10
  expect(codeOf(() => verifier(token))).toBe('token_expired')
})

it('F02 a key set without the key knows nothing of earlier verdicts', () => {
  const signed = forge({ alg: 'RS256', kid: RS256.kid }, good, RS256.signer)
  const before = T.createVerifier(T.createKeySet([RS256.key, ES256.key]), {
    ...expected,
    cacheSize: 9,
  })
  expect(codeOf(() => before(signed))).toBe('accepted')
  const after = T.createVerifier(T.createKeySet([ES256.key]), { ...expected, cacheSize: 9 })
  expect(codeOf(() => after(signed))).toBe('key_not_found')
})

it('F03 refused tokens leave nothing behind and evict nothing', () => {
  const counting = verifierThatCounts()
  counting.verify(token)
  const [h = '', p = ''] = token.split('.')
  for (let index = 0; index < 5000; index++) {
    const forged = `${h}.${p}.${encodePart(Buffer.alloc(32, String(index)))}`
    expect(codeOf(() => counting.verify(forged))).toBe('signature_invalid')
  }
  counting.verify(token)
  expect(counting.count()).toBe(1)
})

it('F03 good tokens fill it to its size and no further, the used ones staying', () => {
  const counting = verifierThatCounts()
  const tokens = Array.from({ length: 500 }, (_, n) =>
    forge(header, { ...good, jti: `t${n}` }, HS256.signer),
  )
  const favourite = tokens[0] ?? ''
  for (const one of tokens) {
    counting.verify(one)
    counting.verify(favourite)
  }
  // One validation for each token: the favourite, used throughout, was never forgotten.
  expect(counting.count()).toBe(tokens.length)
  counting.verify(tokens[1] ?? '')
  expect(counting.count()).toBe(tokens.length + 1)
})

/** A verifier for ten tokens that counts how often it really judged one. */
function verifierThatCounts() {
  let count = 0
  const schema: T.StandardSchema<object> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        count++
        return { value: value as object }
      },
    },
  }
  const verify = T.createVerifier(HS256.key, { ...accepting, cacheSize: 10, claims: schema })
  return { verify: (text: string) => verify(text), count: () => count }
}

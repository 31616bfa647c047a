// Attack class C: what a correctly signed payload may say.
import * as T from '@signet/token'
import { describe, expect, it } from 'vitest'
import { HS256 } from './attack-keys.ts'
import { expected, forge, good, NOW, verdict } from './forge.ts'

const header = { alg: 'HS256', kid: HS256.kid }
const judge = (claims: string | Record<string, unknown>, options: Partial<T.VerifyOptions> = {}) =>
  verdict(forge(header, claims, HS256.signer), HS256.key, { ...expected, ...options })

/** The claims as JSON with one of them replaced by raw text, which JSON.stringify may not write. */
function withRaw(name: string, raw: string): string {
  const members = Object.entries({ ...good, [name]: 0 }).map(
    ([key, value]) => `${JSON.stringify(key)}:${key === name ? raw : JSON.stringify(value)}`,
  )
  return `{${members.join(',')}}`
}

const without = (name: keyof typeof good) => {
  const { [name]: _, ...rest } = good
  return rest
}

it('accepts the claims that the attacks are made of', async () => {
  expect(await judge(good)).toBe('accepted')
  expect(await judge(withRaw('exp', String(good.exp)))).toBe('accepted')
})

describe('C01 exp', () => {
  it('is required', async () => {
    expect(await judge(without('exp'))).toBe('claim_missing')
    expect(await judge(without('exp'), { dangerouslyAllowMissingExpiry: true })).toBe('accepted')
  })

  it.each([
    'null',
    'true',
    'false',
    '[]',
    '[1900000000]',
    '{}',
    '"1900000000"',
    '"NaN"',
    '"never"',
  ])('may not be %s', async (raw) => {
    expect(await judge(withRaw('exp', raw))).toBe('claim_invalid')
    const loose = { dangerouslyAllowMissingExpiry: true }
    expect(await judge(withRaw('exp', raw), loose)).toBe('claim_invalid')
  })

  it.each([
    ['0', 'token_expired'],
    ['-0', 'token_expired'],
    ['-1', 'claim_invalid'],
    ['"2030-01-01T00:00:00Z"', 'claim_invalid'],
  ])('of %s is %s', async (raw, code) => {
    expect(await judge(withRaw('exp', raw))).toBe(code)
  })

  it('ends a token at the second, tolerance included', async () => {
    const at = (seconds: number) => ({ now: () => seconds })
    const exp = good.exp
    expect(await judge(good, { ...at(exp + 9.999) })).toBe('accepted')
    expect(await judge(good, { ...at(exp + 10) })).toBe('token_expired')
    expect(await judge(good, { ...at(exp - 0.001), clockToleranceSeconds: 0 })).toBe('accepted')
    expect(await judge(good, { ...at(exp), clockToleranceSeconds: 0 })).toBe('token_expired')
  })

  it.each([Number.NaN, Number.NEGATIVE_INFINITY, undefined, '1', null])(
    'accepts nothing by a clock that says %s',
    async (time) => {
      const clock = { now: () => time as number }
      await expect(judge(good, clock)).rejects.toThrow(/now must answer/)
    },
  )
})

describe('C02 times without an end', () => {
  it.each(['1e999', '-1e999', '1e300', '9007199254740993', '1900000000000', '253402300800'])(
    'exp may not be %s',
    async (raw) => {
      expect(await judge(withRaw('exp', raw))).toBe('claim_invalid')
    },
  )

  it('are bounded by the lifetime that the caller allows', async () => {
    const limit = { maxLifetimeSeconds: 910 }
    expect(await judge(good, limit)).toBe('accepted')
    expect(await judge({ ...good, exp: good.exp + 1 }, limit)).toBe('lifetime_too_long')
    expect(await judge({ ...good, exp: NOW + 100 * 31_557_600 }, limit)).toBe('lifetime_too_long')
    // Without iat, what is left counts.
    expect(await judge({ ...without('iat'), exp: NOW + 920 }, limit)).toBe('accepted')
    expect(await judge({ ...without('iat'), exp: NOW + 921 }, limit)).toBe('lifetime_too_long')
  })

  it('are bounded by age where the caller wants it', async () => {
    const limit = { maxAgeSeconds: 60 }
    expect(await judge({ ...good, iat: NOW - 69 }, limit)).toBe('accepted')
    expect(await judge({ ...good, iat: NOW - 70 }, limit)).toBe('token_expired')
    expect(await judge(without('iat'), limit)).toBe('claim_missing')
  })
})

describe.each(['nbf', 'iat'] as const)('C03 %s', (name) => {
  it.each(['null', '"1"', 'true', '[]', '{}', '1e999', '-5', '1800000000000'])(
    'may not be %s',
    async (raw) => {
      expect(await judge(withRaw(name, raw))).toBe('claim_invalid')
    },
  )

  it('may be as far ahead as the tolerance and no further', async () => {
    expect(await judge({ ...good, [name]: NOW + 10 })).toBe('accepted')
    expect(await judge({ ...good, [name]: NOW + 10.001 })).toBe('token_not_yet_valid')
    expect(await judge({ ...good, [name]: NOW + 11 })).toBe('token_not_yet_valid')
    const strict = { clockToleranceSeconds: 0 }
    expect(await judge({ ...good, [name]: NOW + 1 }, strict)).toBe('token_not_yet_valid')
  })

  it('may be required', async () => {
    const { [name]: _, ...rest } = { ...good, nbf: NOW }
    expect(await judge(rest, { requiredClaims: [name] })).toBe('claim_missing')
  })
})

describe('C04 durations and tolerances that are not', () => {
  it.each([
    '1 month',
    'P1D',
    '1,5h',
    '15',
    '',
    '0s',
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('expiresIn %j signs nothing', (expiresIn) => {
    expect(() => T.sign({}, HS256.key, { expiresIn })).toThrow(TypeError)
    expect(() => T.createSigner(HS256.key, { expiresIn })).toThrow(TypeError)
  })

  it('signs nothing without an end by accident', () => {
    expect(() => T.sign({}, HS256.key, {})).toThrow(TypeError)
    const undefinedExpiry = { expiresIn: undefined } as unknown as T.SignOptions
    expect(() => T.sign({}, HS256.key, undefinedExpiry)).toThrow(TypeError)
    expect(() => T.sign({ exp: undefined }, HS256.key, {})).toThrow(TypeError)
    expect(() => T.sign({ exp: '1900000000' }, HS256.key, {})).toThrow(TypeError)
    expect(() => T.sign({ exp: Number.NaN }, HS256.key, {})).toThrow(TypeError)
    const token = T.sign({}, HS256.key, { dangerouslyOmitExpiry: true })
    expect(T.decode(token).claims).not.toHaveProperty('exp')
  })

  it.each([
    { clockToleranceSeconds: Number.POSITIVE_INFINITY },
    { clockToleranceSeconds: Number.NaN },
    { clockToleranceSeconds: 61 },
    { clockToleranceSeconds: -1 },
    { clockToleranceSeconds: '10' },
    { maxLifetimeSeconds: Number.POSITIVE_INFINITY },
    { maxLifetimeSeconds: 0 },
    { maxLifetimeSeconds: '1h' },
    { maxAgeSeconds: Number.NaN },
    { maxTokenBytes: 65_537 },
    { maxTokenBytes: Number.NaN },
    { issuer: undefined },
    { issuer: '' },
    { issuer: [] },
    { issuer: [null] },
    { audience: undefined },
    { audience: /orders/ },
    { audience: [''] },
    { subject: '' },
    { type: '' },
    { type: ['JWT'] },
    { algorithms: [] },
    { algorithms: ['none'] },
    { algorithms: 'HS256' },
    { algorithms: ['RS256'] },
    { requiredClaims: 'sub' },
    { requiredClaims: [7] },
    { now: 1_800_000_000 },
    { cacheSize: -1 },
    { cacheSize: Number.POSITIVE_INFINITY },
    { claims: {} },
    { dangerouslyAllowMissingExpiry: 'yes' },
    { ignoreExpiration: true },
    { clockTolerance: 5 },
    { maxAge: '1h' },
  ])('no verifier is made with %j', (options) => {
    const all = { ...expected, ...options } as unknown as T.VerifyOptions
    expect(() => T.createVerifier(HS256.key, all)).toThrow(TypeError)
    expect(() => T.verify('a.b.c', HS256.key, all)).toThrow(TypeError)
    expect(() => T.createAsyncVerifier(HS256.key, all)).toThrow(TypeError)
  })
})

it.each([
  '[]',
  '"text"',
  '7',
  'null',
  'true',
  '',
  ' ',
  '[{"iss":"https://issuer.example"}]',
  '{',
  '{}x',
])('C05 the payload %j is refused', async (payload) => {
  const code = payload === '' ? 'payload_invalid' : 'payload_invalid'
  expect(await judge(payload)).toBe(code)
})

describe('C06 aud', () => {
  it.each([null, '', [], {}, 7, true, [null], ['orders', 7], [['orders']], ['orders', ''], [{}]])(
    'may not be %j, whoever is expected',
    async (aud) => {
      expect(await judge({ ...good, aud })).toBe('claim_invalid')
      expect(await judge({ ...good, aud }, { audience: null })).toBe('claim_invalid')
    },
  )

  it.each([
    'order',
    'orders2',
    'xorders',
    'Orders',
    'orders/',
    ' orders',
    'orders ',
    'orders,billing',
  ])('of %j is somebody else', async (aud) => {
    expect(await judge({ ...good, aud })).toBe('audience_mismatch')
    expect(await judge({ ...good, aud: [aud, 'billing'] })).toBe('audience_mismatch')
  })

  it('is required unless the caller says null', async () => {
    expect(await judge(without('aud'))).toBe('claim_missing')
    expect(await judge(without('aud'), { audience: null })).toBe('accepted')
  })

  it('may be a list with us in it, and we may be several', async () => {
    expect(await judge({ ...good, aud: ['billing', 'orders'] })).toBe('accepted')
    expect(await judge(good, { audience: ['billing', 'orders'] })).toBe('accepted')
    expect(await judge(good, { audience: ['billing', 'stock'] })).toBe('audience_mismatch')
  })
})

describe('C07 iss', () => {
  it.each([
    [['https://issuer.example'], 'claim_invalid'],
    [null, 'claim_invalid'],
    ['', 'claim_invalid'],
    [7, 'claim_invalid'],
    ['https://issuer.example\0', 'claim_invalid'],
    ['https://issuer.example/', 'issuer_mismatch'],
    ['https://issuer.exampl', 'issuer_mismatch'],
    ['https://issuer.example.evil.example', 'issuer_mismatch'],
    ['https://evil.example/https://issuer.example', 'issuer_mismatch'],
    ['HTTPS://issuer.example', 'issuer_mismatch'],
    ['https://issuer.example ', 'issuer_mismatch'],
    ['https://іssuer.example', 'issuer_mismatch'],
  ])('of %j is refused', async (iss, code) => {
    expect(await judge({ ...good, iss })).toBe(code)
    expect(await judge({ ...good, iss }, { issuer: [expected.issuer, 'https://b.example'] })).toBe(
      code,
    )
  })

  it('is required unless the caller says null', async () => {
    expect(await judge(without('iss'))).toBe('claim_missing')
    expect(await judge(without('iss'), { issuer: null })).toBe('accepted')
    expect(await judge({ ...good, iss: ['a'] }, { issuer: null })).toBe('claim_invalid')
  })
})

describe('C08 sub', () => {
  it.each([7, null, true, [], ['u1'], {}, '', 'u1\0', 'u1\r\nX-Admin: 1', 'u1\u007f', 'u1\u0085'])(
    'may not be %j',
    async (sub) => {
      expect(await judge({ ...good, sub })).toBe('claim_invalid')
    },
  )

  it('may be required, and may be expected', async () => {
    expect(await judge(without('sub'), { requiredClaims: ['sub'] })).toBe('claim_missing')
    expect(await judge(without('sub'), { subject: 'u1' })).toBe('claim_missing')
    expect(await judge(good, { subject: 'u1' })).toBe('accepted')
    expect(await judge(good, { subject: 'u2' })).toBe('subject_mismatch')
  })
})

it.each(['nonce', 'azp', 'cnf', 'jti', 'sid', 'constructor', 'toString', '__proto__'])(
  'C09 the required claim %s does not count as there when it is absent or null',
  async (name) => {
    expect(await judge(good, { requiredClaims: [name] })).toBe('claim_missing')
    if (name === '__proto__') return
    const code = name === 'jti' ? 'claim_invalid' : 'claim_missing'
    expect(await judge({ ...good, [name]: null }, { requiredClaims: [name] })).toBe(code)
    expect(await judge({ ...good, [name]: 'x' }, { requiredClaims: [name] })).toBe('accepted')
  },
)

it('C10 no claim switches a check off', async () => {
  const switches = {
    nonce_supported: false,
    ignoreExpiration: true,
    issuer: null,
    audience: null,
    algorithms: ['none'],
    verify_aud: false,
    options: { verify: false },
  }
  expect(await judge({ ...good, ...switches, exp: NOW - 100 })).toBe('token_expired')
  expect(await judge({ ...good, ...switches, aud: 'billing' })).toBe('audience_mismatch')
})

it('C11 no claim reaches a prototype', async () => {
  const poison = `{"__proto__":{"admin":true},${JSON.stringify(good).slice(1)}`
  expect(await judge(poison)).toBe('payload_invalid')
  expect(await judge(poison.replace('__proto__', '\\u005f_proto__'))).toBe('payload_invalid')
  const nested = { ...good, profile: JSON.parse('{"__proto__":{"admin":true}}') }
  expect(await judge(nested)).toBe('payload_invalid')
  expect(await judge({ ...good, constructor: { prototype: { admin: true } } })).toBe('accepted')
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
})

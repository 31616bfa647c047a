// Attack class A: the algorithm and the key.
import { createECDH, createPublicKey, verify } from 'node:crypto'
import * as T from '@signet/token'
import { describe, expect, it } from 'vitest'
import { ASYMMETRIC, type AttackKey, ES256, EVERY, HS256, PS256, RS256 } from './attack-keys.ts'
import {
  codeOf,
  encodePart,
  expected,
  forge,
  good,
  hmacSigner,
  signParts,
  verdict,
} from './forge.ts'
import { createPair } from './key-pairs.ts'

const publicSet = T.createKeySet([RS256.key, ES256.key])
const header = (attackKey: AttackKey) => ({ alg: attackKey.algorithm, kid: attackKey.kid })

it.each(EVERY)('accepts a hand-made $algorithm token', async (one) => {
  expect(await verdict(forge(header(one), good, one.signer), one.key)).toBe('accepted')
})

describe.each([RS256, ES256, HS256])('A01 alg none against $algorithm', (one) => {
  const spellings = [
    'none',
    'None',
    'NONE',
    'nOnE',
    'noNe',
    'none ',
    ' none',
    'none\0',
    'ｎｏｎｅ',
    '',
  ]
  it.each(spellings)('refuses %j with no, an empty and an old signature', async (alg) => {
    const input = `${encodePart({ alg, kid: one.kid })}.${encodePart(good)}`
    const old = one.signer(Buffer.from(input)).toString('base64url')
    expect(await verdict(input, one.key)).toBe('token_malformed')
    expect(await verdict(`${input}.`, one.key)).toBe('token_malformed')
    expect(await verdict(`${input}.${old}`, one.key)).toBe('algorithm_unsupported')
    expect(await verdict(`${input}.AAAA`, one.key)).toBe('algorithm_unsupported')
  })
})

it.each([null, true, 0, 256, [], ['RS256'], {}, { alg: 'RS256' }])(
  'A02 refuses alg of the wrong JSON type: %j',
  async (alg) => {
    const token = forge({ alg, kid: RS256.kid }, good, RS256.signer)
    expect(await verdict(token, RS256.key)).toBe('algorithm_unsupported')
  },
)

it('A03 refuses a header without alg', async () => {
  const token = forge({ typ: 'JWT', kid: RS256.kid }, good, RS256.signer)
  expect(await verdict(token, RS256.key)).toBe('algorithm_unsupported')
})

it.each([
  'rs256',
  'Rs256',
  'RS256 ',
  ' RS256',
  'RS256\n',
  'RS-256',
  'SHA256',
  'RSA-SHA256',
  'ＲＳ256',
])('A04 refuses the spelling %j', async (alg) => {
  const token = forge({ alg, kid: RS256.kid }, good, RS256.signer)
  expect(await verdict(token, RS256.key)).toBe('algorithm_unsupported')
})

describe.each(ASYMMETRIC)('A05 the public $algorithm key as HMAC secret', (one) => {
  const spki = T.exportPem(one.key)
  const jwk = { ...T.exportJwk(one.key) }
  const numbers = Object.values(jwk).filter((v) => typeof v === 'string' && v.length > 40)
  const der = one.publicObject?.export({ format: 'der', type: 'spki' }) ?? Buffer.alloc(0)
  const secrets: Record<string, Buffer> = {
    PEM: Buffer.from(spki),
    'PEM without its last line feed': Buffer.from(spki.trimEnd()),
    'PEM with CRLF': Buffer.from(spki.replaceAll('\n', '\r\n')),
    'PEM behind a line feed': Buffer.from(`\n${spki}`),
    'PEM behind a space': Buffer.from(` ${spki}`),
    DER: der,
    'DER in base64': Buffer.from(der.toString('base64')),
    JWK: Buffer.from(JSON.stringify(jwk)),
    'raw numbers': Buffer.concat(numbers.map((n) => Buffer.from(String(n), 'base64url'))),
    'numbers as text': Buffer.from(numbers.join('')),
    'uncompressed point': Buffer.concat([
      Buffer.from([4]),
      ...numbers.map((n) => Buffer.from(String(n), 'base64url')),
    ]),
  }
  if (one.publicObject?.asymmetricKeyType === 'rsa') {
    secrets['PKCS#1 PEM'] = Buffer.from(one.publicObject.export({ format: 'pem', type: 'pkcs1' }))
  }
  it.each(Object.keys(secrets))('is refused in the form %s', async (form) => {
    const secret = secrets[form] ?? Buffer.alloc(0)
    for (const bits of ['256', '384', '512']) {
      const token = forge(
        { alg: `HS${bits}`, kid: one.kid },
        good,
        hmacSigner(secret, `sha${bits}`),
      )
      expect(await verdict(token, one.key)).toBe('algorithm_mismatch')
      expect(await verdict(token, T.createKeySet([one.key]))).toBe('algorithm_mismatch')
    }
  })

  it('and is never a secret for this library', () => {
    const { publicObject } = one
    if (publicObject === null) throw new Error('not a public key')
    expect(codeOf(() => T.importKeyObject(publicObject, { algorithm: 'HS256' }))).toBe(
      'key_algorithm_mismatch',
    )
    expect(codeOf(() => T.importPem(spki, { algorithm: 'HS256' }))).toBe('key_algorithm_mismatch')
    expect(() => T.secretKey(spki as unknown as Uint8Array, { algorithm: 'HS256' })).toThrow(
      TypeError,
    )
    expect(() => T.verify('a.b.c', spki as unknown as T.Key, expected)).toThrow(TypeError)
  })
})

it('A06 refuses HMAC under a public key that was computed from signatures', async () => {
  // What the computation finds is the modulus; the attack is A05 with a PEM rebuilt from it.
  const { n, e } = T.exportJwk(RS256.key) as T.RsaPublicJwk
  const rebuilt = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
  const secret = Buffer.from(rebuilt.export({ format: 'pem', type: 'pkcs1' }))
  const token = forge({ alg: 'HS256' }, good, hmacSigner(secret))
  expect(await verdict(token, publicSet)).toBe('key_not_found')
  expect(await verdict(token, RS256.key)).toBe('algorithm_mismatch')
})

describe('A07 the empty secret', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)('cannot become a %s key', (algorithm) => {
    expect(codeOf(() => T.secretKey(new Uint8Array(), { algorithm }))).toBe('key_too_small')
    expect(codeOf(() => T.importJwk({ kty: 'oct', k: '', alg: algorithm }))).toBe('key_too_small')
    expect(codeOf(() => T.secretKey(new Uint8Array(31), { algorithm }))).toBe('key_too_small')
    const { n, e } = T.exportJwk(RS256.key) as T.RsaPublicJwk
    expect(codeOf(() => T.importJwk({ kty: 'RSA', n, e, alg: algorithm }))).toBe(
      'key_algorithm_mismatch',
    )
  })

  it.each(['kid-HS256', 'unknown', ''])('verifies nothing for kid %j', async (kid) => {
    const set = T.createKeySet([HS256.key])
    for (const bits of ['256', '384', '512']) {
      const token = forge(
        { alg: `HS${bits}`, kid },
        good,
        hmacSigner(Buffer.alloc(0), `sha${bits}`),
      )
      expect(await verdict(token, set)).not.toBe('accepted')
      expect(await verdict(token, publicSet)).not.toBe('accepted')
    }
  })
})

describe('A08 a JWK without alg', () => {
  const { alg: _, ...jwk } = T.exportJwk(RS256.key)
  it('is no key until the caller says which algorithm it is for', () => {
    expect(codeOf(() => T.importJwk(jwk))).toBe('key_algorithm_missing')
    expect(T.createKeySet({ keys: [jwk] }).skipped[0]?.reason.code).toBe('key_algorithm_missing')
  })

  it('then serves that algorithm alone', async () => {
    const set = T.createKeySet({ keys: [jwk] }, { algorithm: 'RS256' })
    const token = (one: AttackKey) => forge({ ...header(one), kid: RS256.kid }, good, one.signer)
    const verdicts = await Promise.all(EVERY.map((one) => verdict(token(one), set)))
    expect(EVERY.filter((_, index) => verdicts[index] === 'accepted')).toEqual([RS256])
  })
})

describe.each(EVERY)('A09 A10 a $algorithm key', (one) => {
  it.each(EVERY.filter(({ algorithm }) => algorithm !== one.algorithm))(
    'refuses a $algorithm token, signed so and signed its own way',
    async (other) => {
      for (const signer of [one.signer, other.signer]) {
        const token = forge({ alg: other.algorithm, kid: one.kid }, good, signer)
        expect(await verdict(token, one.key)).toBe('algorithm_mismatch')
      }
    },
  )
})

it('A09 the caller narrows what a set allows, and never widens it', async () => {
  const set = T.createKeySet([RS256.key, ES256.key])
  const narrow = { ...expected, algorithms: ['ES256', 'PS256'] as const }
  expect(await verdict(forge(header(ES256), good, ES256.signer), set, narrow)).toBe('accepted')
  expect(await verdict(forge(header(RS256), good, RS256.signer), set, narrow)).toBe(
    'algorithm_mismatch',
  )
  const widened = forge({ alg: 'PS256', kid: RS256.kid }, good, PS256.signer)
  expect(await verdict(widened, set, narrow)).toBe('algorithm_mismatch')
})

it('A10 refuses curves and names that are not in the table', async () => {
  const k1 = createPair.ec('secp256k1')
  expect(codeOf(() => T.importKeyObject(k1.publicKey, { algorithm: 'ES256' }))).toBe(
    'key_algorithm_mismatch',
  )
  const token = forge({ alg: 'ES256K', kid: ES256.kid }, good, ES256.signer)
  expect(await verdict(token, ES256.key)).toBe('algorithm_unsupported')
})

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const scalar = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')

it.each([
  [0n, 0n],
  [0n, 1n],
  [1n, 0n],
  [ORDER, ORDER],
  [ORDER, 1n],
  [1n, ORDER],
  [ORDER - 1n, ORDER - 1n],
])('A11 refuses the psychic signature r=%i s=%i', async (r, s) => {
  const token = forge(header(ES256), good, () => Buffer.concat([scalar(r), scalar(s)]))
  expect(await verdict(token, ES256.key)).toBe('signature_invalid')
})

it('A12 refuses every other encoding of a good ECDSA signature', async () => {
  const genuine = forge(header(ES256), good, ES256.signer)
  const [h = '', p = '', s = ''] = genuine.split('.')
  const rs = Buffer.from(s, 'base64url')
  const r = rs.subarray(0, 32)
  const zero = Buffer.from([0])
  const encodings: Buffer[] = [
    derOf(rs),
    Buffer.concat([zero, rs]),
    Buffer.concat([rs, zero]),
    Buffer.concat([zero, r, zero, rs.subarray(32)]),
    rs.subarray(1),
    rs.subarray(0, 63),
    Buffer.concat([rs, rs]),
    Buffer.concat([scalarOverflow(r), rs.subarray(32)]),
  ]
  expect(await verdict(genuine, ES256.key)).toBe('accepted')
  for (const encoding of encodings) {
    const token = signParts(h, p, () => encoding)
    expect(await verdict(token, ES256.key)).toBe('signature_invalid')
  }
})

it('A13 knows no difference between s and N-s, so that nothing may be keyed on the bytes', async () => {
  const genuine = forge(header(ES256), good, ES256.signer)
  const [h = '', p = '', s = ''] = genuine.split('.')
  const rs = Buffer.from(s, 'base64url')
  const value = BigInt(`0x${rs.subarray(32).toString('hex')}`)
  const twin = signParts(h, p, () => Buffer.concat([rs.subarray(0, 32), scalar(ORDER - value)]))
  // Both verify by the mathematics: consumers must key on jti or sid, and a cache finds no twin.
  expect(await verdict(twin, ES256.key)).toBe('accepted')
  const { claims } = T.verify(twin, ES256.key, expected)
  expect(claims).toEqual(T.verify(genuine, ES256.key, expected).claims)
})

describe('A14 Edwards keys that verify what nobody signed', () => {
  const PRIME = 2n ** 255n - 19n
  const ORDER_EIGHT = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'
  const ORDER_EIGHT_TWIN = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
  const little = (value: bigint, bytes: number) =>
    Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex').reverse()
  const points = [
    ...[0n, 1n, PRIME - 1n, PRIME, PRIME + 1n].map((y) => little(y, 32)),
    Buffer.from(ORDER_EIGHT, 'hex'),
    Buffer.from(ORDER_EIGHT_TWIN, 'hex'),
  ]
  const withSign = points.map((point) => {
    const copy = Buffer.from(point)
    copy[31] = (copy[31] ?? 0) | 0x80
    return copy
  })
  it.each([...points, ...withSign].map((point) => [point.toString('base64url')]))(
    'refuses x=%s',
    (x) => {
      const jwk = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x }
      expect(codeOf(() => T.importJwk(jwk))).toBe('key_weak')
    },
  )

  it('refuses the same on Ed448', () => {
    const prime = 2n ** 448n - 2n ** 224n - 1n
    for (const y of [0n, 1n, prime - 1n, prime, prime + 1n]) {
      const jwk = { kty: 'OKP', crv: 'Ed448', alg: 'EdDSA', x: little(y, 57).toString('base64url') }
      expect(codeOf(() => T.importJwk(jwk))).toBe('key_weak')
    }
  })
})

// Forged paddings are among the Wycheproof vectors; these are the forms around them.
it('A15 refuses RSA signatures of another length, form or padding', async () => {
  const token = forge(header(RS256), good, RS256.signer)
  const [h = '', p = '', s = ''] = token.split('.')
  const signature = Buffer.from(s, 'base64url')
  const misshapen = [
    Buffer.concat([Buffer.from([0]), signature]),
    Buffer.concat([signature, Buffer.from([0])]),
    signature.subarray(1),
    Buffer.alloc(256),
    Buffer.alloc(256, 0xff),
    Buffer.concat([Buffer.alloc(255), Buffer.from([1])]),
  ]
  for (const bytes of misshapen) {
    expect(
      await verdict(
        signParts(h, p, () => bytes),
        RS256.key,
      ),
    ).toBe('signature_invalid')
  }
  // PKCS#1 and PSS signatures of the same key do not stand for each other.
  for (const [claimed, made] of [
    [RS256, PS256],
    [PS256, RS256],
  ] as const) {
    const swapped = forge(header(claimed), good, made.signer)
    expect(await verdict(swapped, claimed.key)).toBe('signature_invalid')
  }
})

describe('A16 weak keys', () => {
  it('names the key, the size found and the size needed', () => {
    const { publicKey } = createPair.rsa(1024)
    const problem = catchKeyError(() =>
      T.importKeyObject(publicKey, { algorithm: 'RS256', kid: 'old' }),
    )
    expect(problem).toMatchObject({ code: 'key_too_small', kid: 'old', found: '1024 bits' })
    expect(problem.message).toMatch(/"old".*RS256.*1024 bits.*2048/)
  })

  it.each(['AQ', 'Ag', 'AQAA', 'AQAAAAAAAAAAAQ'])('refuses the exponent %s', (e) => {
    const { n } = T.exportJwk(RS256.key) as T.RsaPublicJwk
    expect(codeOf(() => T.importJwk({ kty: 'RSA', n, e, alg: 'RS256' }))).toBe('key_weak')
  })

  it('refuses points that are not on the curve', () => {
    const ecdh = createECDH('prime256v1')
    const point = ecdh.generateKeys()
    const x = point.subarray(1, 33)
    const y = Buffer.from(point.subarray(33))
    y[31] = (y[31] ?? 0) ^ 1
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      x: x.toString('base64url'),
      y: y.toString('base64url'),
    }
    expect(codeOf(() => T.importJwk(jwk))).toBe('key_malformed')
  })

  it('leaves one out of a set without losing the others', () => {
    const { publicKey } = createPair.rsa(1024)
    const weak = { ...publicKey.export({ format: 'jwk' }), alg: 'RS256', kid: 'weak' }
    const set = T.createKeySet({ keys: [weak, T.exportJwk(ES256.key), null, 7, 'key', []] })
    expect(set.keys().map(({ kid }) => kid)).toEqual([ES256.kid])
    expect(set.skipped.map(({ reason }) => reason.code)).toEqual([
      'key_too_small',
      ...Array(4).fill('key_malformed'),
    ])
  })
})

describe('A18 sets of keys', () => {
  it('refuses two keys with one id, and drops both of a published pair', () => {
    const twin = T.importKeyObject(PS256.publicObject ?? never(), {
      algorithm: 'PS256',
      kid: RS256.kid,
    })
    expect(codeOf(() => T.createKeySet([RS256.key, twin]))).toBe('key_duplicate')
    const published = T.createKeySet({
      keys: [T.exportJwk(RS256.key), T.exportJwk(twin), T.exportJwk(ES256.key)],
    })
    expect(published.keys().map(({ kid }) => kid)).toEqual([ES256.kid])
  })

  it('refuses secrets beside public keys, and drops the secrets of a published set', () => {
    expect(codeOf(() => T.createKeySet([RS256.key, HS256.key]))).toBe('key_set_mixed')
    const mixed = { keys: [T.exportPrivateJwk(HS256.key), T.exportJwk(RS256.key)] }
    const set = T.createKeySet(mixed)
    expect(set.keys().map(({ kid }) => kid)).toEqual([RS256.kid])
    expect(set.skipped[0]?.reason.code).toBe('key_set_mixed')
  })

  it('drops private keys that were published', async () => {
    const key = await T.generateKey('ES256', { kid: 'oops' })
    const set = T.createKeySet({ keys: [T.exportPrivateJwk(key)] })
    expect(set.size).toBe(0)
    expect(set.skipped[0]?.reason.code).toBe('key_use_refused')
  })

  it('publishes no private member', async () => {
    const keys = await Promise.all(
      (['RS256', 'PS256', 'ES256', 'ES512', 'EdDSA'] as const).map((a) => T.generateKey(a)),
    )
    for (const jwk of T.exportJwks(T.createKeySet(keys)).keys) {
      for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']) {
        expect(jwk).not.toHaveProperty(name)
      }
    }
    expect(() => T.exportJwks(T.createKeySet([HS256.key]))).toThrow(TypeError)
  })

  it('tries no key: a token without kid needs the only key of its algorithm', async () => {
    const second = await T.generateKey('RS256', { kid: 'second' })
    const token = forge({ alg: 'RS256' }, good, RS256.signer)
    expect(await verdict(token, T.createKeySet([RS256.key, ES256.key]))).toBe('accepted')
    expect(await verdict(token, T.createKeySet([RS256.key, second]))).toBe('key_ambiguous')
  })
})

it.each([
  { use: 'enc' },
  { use: 'SIG' },
  { use: 1 },
  { key_ops: ['encrypt'] },
  { key_ops: [] },
  { key_ops: 'verify' },
  { key_ops: ['verify', 'verify'] },
  { key_ops: ['sign'] },
])('A19 refuses a public key meant for something else: %j', (members) => {
  const { use: _, ...jwk } = T.exportJwk(RS256.key)
  expect(codeOf(() => T.importJwk({ ...jwk, ...members }))).toBe('key_use_refused')
})

function derOf(rs: Buffer): Buffer {
  const integer = (bytes: Buffer) => {
    const start = bytes.findIndex((byte) => byte !== 0)
    const trimmed = bytes.subarray(start)
    const body = (trimmed[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed
    return Buffer.concat([Buffer.from([2, body.length]), body])
  }
  const body = Buffer.concat([integer(rs.subarray(0, 32)), integer(rs.subarray(32))])
  const der = Buffer.concat([Buffer.from([0x30, body.length]), body])
  // The encoding is a genuine one, or the test would prove nothing.
  const probe = Buffer.from(`${encodePart(header(ES256))}.${encodePart(good)}`)
  expect(verify('sha256', probe, ES256.publicObject ?? never(), der)).toBe(true)
  return der
}

function scalarOverflow(r: Buffer): Buffer {
  const sum = BigInt(`0x${r.toString('hex')}`) + ORDER
  return Buffer.from((sum % 2n ** 256n).toString(16).padStart(64, '0'), 'hex')
}

function catchKeyError(act: () => unknown): T.KeyError {
  try {
    act()
  } catch (error) {
    if (error instanceof T.KeyError) return error
    throw error
  }
  throw new Error('accepted')
}

function never(): never {
  throw new Error('missing key')
}

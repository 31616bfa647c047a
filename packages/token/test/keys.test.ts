import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inspect } from 'node:util'
import * as T from '@signet/token'
import { describe, expect, it } from 'vitest'
import { ASYMMETRIC, ES256, EVERY, HS256, RS256 } from './attack-keys.ts'
import { codeOf } from './forge.ts'
import { createPair } from './key-pairs.ts'

describe.each(EVERY)('a $algorithm key', ({ algorithm, kid, key, privateObject }) => {
  const whole = privateObject === null ? key : T.importKeyObject(privateObject, { algorithm, kid })

  it('shows its names and nothing of its material, however it is looked at', () => {
    const jwk = T.exportPrivateJwk(whole) as unknown as Record<string, string>
    const material = ['d', 'k', 'n', 'x', 'p'].flatMap((name) => jwk[name] ?? [])
    expect(material.length).toBeGreaterThan(0)
    const views = [
      JSON.stringify(whole),
      inspect(whole, { depth: null, showHidden: true }),
      String(whole),
      JSON.stringify(structuredClone(whole)),
      Object.getOwnPropertyNames(whole).join(),
      Object.getOwnPropertySymbols(whole).join(),
    ]
    for (const view of views) {
      for (const member of material) expect(view).not.toContain(member)
    }
    expect(JSON.parse(JSON.stringify(whole))).toEqual({ algorithm, kid, kind: whole.kind })
  })

  it('cannot be changed', () => {
    expect(() => Object.assign(whole, { algorithm: 'none' })).toThrow(TypeError)
    expect(() => Object.assign(whole, { extra: 1 })).toThrow(TypeError)
  })

  it('is no key when it is imitated', () => {
    const imitations = [{ ...whole }, Object.create(whole), structuredClone(whole), null, 'key', 7]
    for (const one of imitations) {
      expect(T.isKey(one)).toBe(false)
      expect(() => T.sign({}, one as T.Key, { expiresIn: 60 })).toThrow(TypeError)
      expect(() => T.createVerifier(one as T.Key, { issuer: null, audience: null })).toThrow(
        TypeError,
      )
      expect(() => T.createKeySet([one as T.Key])).toThrow(TypeError)
    }
    expect(T.isKey(whole)).toBe(true)
  })
})

describe.each(ASYMMETRIC)('a public $algorithm key', ({ key }) => {
  it('cannot do what a private one can', () => {
    expect(() => T.sign({}, key, { expiresIn: 60 })).toThrow(TypeError)
    expect(() => T.createAsyncSigner(key, { expiresIn: 60 })).toThrow(TypeError)
    expect(() => T.exportPrivateJwk(key)).toThrow(TypeError)
    expect(() => T.exportPrivatePem(key)).toThrow(TypeError)
    expect(T.publicKey(key)).toBe(key)
  })
})

it('a secret has no public half', () => {
  for (const act of [T.publicKey, T.exportJwk, T.exportPem, T.thumbprint]) {
    expect(() => act(HS256.key)).toThrow(TypeError)
  }
})

it('generated keys are named by their thumbprint unless they get a name', async () => {
  const key = await T.generateKey('ES256')
  expect(key.kid).toBe(T.thumbprint(key))
  expect((await T.generateKey('ES256', { kid: 'mine' })).kid).toBe('mine')
  expect((await T.generateKey('HS256')).kid).toBeUndefined()
})

it('refuses to generate what it would refuse to import', async () => {
  const bad: [T.Algorithm, T.GenerateKeyOptions][] = [
    ['RS256', { modulusLength: 1024 }],
    ['RS256', { modulusLength: 2049 }],
    ['ES256', { modulusLength: 2048 }],
    ['ES256', { curve: 'Ed25519' }],
    ['none' as T.Algorithm, {}],
    ['ES256', { bits: 1 } as T.GenerateKeyOptions],
  ]
  for (const [algorithm, options] of bad) {
    await expect(T.generateKey(algorithm, options)).rejects.toBeInstanceOf(TypeError)
  }
})

describe('importing a JWK', () => {
  const jwk = T.exportPrivateJwk(
    T.importKeyObject(ES256.privateObject ?? never(), { algorithm: 'ES256', kid: 'k' }),
  ) as unknown as Record<string, unknown>

  it('reads own members only, and none that it does not know', () => {
    expect(codeOf(() => T.importJwk(Object.create(jwk)))).toBe('key_algorithm_missing')
    expect(T.importJwk({ ...jwk, x5u: 7, ext: true, oth: undefined }).kid).toBe('k')
  })

  it.each([
    [{ x: undefined }, 'key_malformed'],
    [{ x: 7 }, 'key_malformed'],
    [{ x: `${jwk['x']}=` }, 'key_malformed'],
    [{ x: 'AAAA' }, 'key_malformed'],
    [{ d: 'AAAA' }, 'key_malformed'],
    [{ d: '' }, 'key_malformed'],
    [{ kid: 7 }, 'key_malformed'],
    [{ kid: '' }, 'key_malformed'],
    [{ kid: 'x'.repeat(257) }, 'key_malformed'],
    [{ kty: 'AKP' }, 'key_unsupported'],
    [{ kty: undefined }, 'key_unsupported'],
    [{ kty: 'RSA' }, 'key_algorithm_mismatch'],
    [{ crv: 'P-384' }, 'key_algorithm_mismatch'],
    [{ crv: undefined }, 'key_malformed'],
    [{ alg: 'ES384' }, 'key_algorithm_mismatch'],
    [{ alg: 'ES521' }, 'key_unsupported'],
    [{ alg: 7 }, 'key_unsupported'],
  ])('with %j is refused: %s', (change, code) => {
    expect(codeOf(() => T.importJwk({ ...jwk, ...change }))).toBe(code)
  })

  it('refuses a private half that belongs to another key', async () => {
    const other = T.exportPrivateJwk(await T.generateKey('ES256')) as unknown as typeof jwk
    expect(codeOf(() => T.importJwk({ ...jwk, d: other['d'] }))).toBe('key_inconsistent')
    const okp = T.exportPrivateJwk(await T.generateKey('EdDSA')) as unknown as typeof jwk
    const another = T.exportPrivateJwk(await T.generateKey('EdDSA')) as unknown as typeof jwk
    expect(codeOf(() => T.importJwk({ ...okp, d: another['d'] }))).toBe('key_inconsistent')
  })

  it('refuses an RSA key with damaged or missing factors', () => {
    const rsa = T.exportPrivateJwk(
      T.importKeyObject(RS256.privateObject ?? never(), { algorithm: 'RS256' }),
    ) as unknown as typeof jwk
    expect(T.importJwk(rsa).kind).toBe('private')
    for (const name of ['p', 'q', 'dp', 'dq', 'qi']) {
      expect(codeOf(() => T.importJwk({ ...rsa, [name]: undefined }))).toBe('key_malformed')
    }
    expect(codeOf(() => T.importJwk({ ...rsa, oth: [] }))).toBe('key_unsupported')
    const changes = [
      { d: rsa['dp'] },
      { p: rsa['q'] },
      { e: 'Aw' },
      { dp: rsa['dq'] },
      { qi: rsa['dp'] },
    ]
    for (const change of changes) {
      expect(codeOf(() => T.importJwk({ ...rsa, ...change }))).toBe('key_inconsistent')
    }
  })

  it('takes the algorithm from the caller only where the JWK has none, or the same', () => {
    const { alg: _, ...bare } = jwk
    expect(T.importJwk(bare, { algorithm: 'ES256' }).algorithm).toBe('ES256')
    expect(T.importJwk(jwk, { algorithm: 'ES256' }).algorithm).toBe('ES256')
    expect(codeOf(() => T.importJwk(jwk, { algorithm: 'ES384' }))).toBe('key_algorithm_mismatch')
    expect(() => T.importJwk(bare, { algorithm: 'none' as T.Algorithm })).toThrow(TypeError)
    expect(() => T.importJwk(bare, { alg: 'ES256' } as T.ImportJwkOptions)).toThrow(TypeError)
  })
})

describe('importing PEM', () => {
  const pair = createPair.rsa(2048)
  const ec = createPair.ec('prime256v1')
  const pkcs8 = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const spki = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const pkcs1 = pair.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()
  const pkcs1Public = pair.publicKey.export({ format: 'pem', type: 'pkcs1' }).toString()
  const sec1 = ec.privateKey.export({ format: 'pem', type: 'sec1' }).toString()
  const algorithm = 'RS256'

  it('reads each kind, and all give the same key', () => {
    const keys = [pkcs8, spki, pkcs1, pkcs1Public].map((pem) => T.importPem(pem, { algorithm }))
    expect(keys.map(({ kind }) => kind)).toEqual(['private', 'public', 'private', 'public'])
    expect(new Set(keys.map(T.thumbprint)).size).toBe(1)
    expect(T.importPem(sec1, { algorithm: 'ES256' }).kind).toBe('private')
    expect(T.importPem(`\n ${spki}\r\n`, { algorithm }).kind).toBe('public')
  })

  it('reads exactly what the name of the function says', () => {
    const only = [
      [T.importPkcs8, [pkcs8]],
      [T.importSpki, [spki]],
      [T.importPkcs1, [pkcs1, pkcs1Public]],
      [T.importX509, []],
    ] as const
    for (const [parse, accepted] of only) {
      for (const pem of [pkcs8, spki, pkcs1, pkcs1Public]) {
        const code = codeOf(() => parse(pem, { algorithm }))
        expect(code).toBe(accepted.some((one) => one === pem) ? 'accepted' : 'key_unsupported')
      }
    }
  })

  it('reads the public key of a certificate', () => {
    const key = T.importX509(CERTIFICATE, { algorithm: 'ES256', kid: 'cert' })
    expect([key.kind, key.kid]).toEqual(['public', 'cert'])
    expect(codeOf(() => T.importX509(CERTIFICATE, { algorithm: 'RS256' }))).toBe(
      'key_algorithm_mismatch',
    )
  })

  it('refuses everything else', () => {
    const encrypted = pair.privateKey.export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    })
    const cases: [string, string][] = [
      ['', 'key_malformed'],
      ['not a key', 'key_malformed'],
      [spki + spki, 'key_malformed'],
      [`${spki}trailing`, 'key_malformed'],
      [spki.replace('BEGIN PUBLIC', 'BEGIN PRIVATE'), 'key_malformed'],
      [spki.replaceAll('PUBLIC', 'PRIVATE'), 'key_malformed'],
      [spki.replace(/\n.{20}/, '\n'), 'key_malformed'],
      [encrypted.toString(), 'key_unsupported'],
      [spki.replaceAll('PUBLIC KEY', 'CERTIFICATE REQUEST'), 'key_unsupported'],
    ]
    for (const [pem, code] of cases)
      expect(codeOf(() => T.importPem(pem, { algorithm }))).toBe(code)
    expect(() => T.importPem(Buffer.from(spki) as unknown as string, { algorithm })).toThrow(
      TypeError,
    )
    expect(() => T.importPem(spki, {} as T.KeyOptions)).toThrow(TypeError)
  })
})

it('errors of keys tell which key, what was found and what is needed, and no material', () => {
  const secret = Buffer.from('correct horse battery staple')
  let found: unknown
  try {
    T.secretKey(secret, { algorithm: 'HS512', kid: 'sessions' })
  } catch (error) {
    found = error
  }
  expect(found).toMatchObject({
    name: 'KeyError',
    code: 'key_too_small',
    kid: 'sessions',
    found: '28 bytes',
    needed: 'at least 64 bytes',
  })
  expect(String(found)).toContain('"sessions"')
  expect(inspect(found)).not.toContain('horse')
})

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUGhIgUJiLoZvCOunka/EumM6B5fcwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMdGVzdC5leGFtcGxlMCAXDTI2MTEyMzAxNTcxNVoYDzIxMjYx
MDMwMDE1NzE1WjAXMRUwEwYDVQQDDAx0ZXN0LmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQjmx9Kph7VzYb1TMQXlA/gqZ5ff6ZkBbaut7CC9A32Ht4F
boJZS+m2/CfxdrixwpfTG6OyZ8adgHdioHt9MqNJo1MwUTAdBgNVHQ4EFgQU6uos
7RAYGiTdxsRq2RQ8g+0kr0IwHwYDVR0jBBgwFoAU6uos7RAYGiTdxsRq2RQ8g+0k
r0IwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBnMmMGwrJelmWt
XOSWP9iteiSZuet2H3+pBPcYIm5hGQIhALahduWnX7LRvaCJOPgFE6i45EwHoG/+
2bzRJ0VAVT8e
-----END CERTIFICATE-----
`

function never(): never {
  throw new Error('missing key')
}

it('exporting generated keys under a busy garbage collector comes to its end', async () => {
  const script = `
    import { exportPrivateJwk, generateKey } from '@signet/token'
    for (let keys = 0; keys < 5; keys++) {
      const key = await generateKey('RS256')
      for (let times = 0; times < 2000; times++) exportPrivateJwk(key)
    }
  `
  const words = ['--max-semi-space-size=1', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, words, { stdio: 'inherit', timeout: 25_000 })
  expect(await once(child, 'exit')).toEqual([0, null])
})

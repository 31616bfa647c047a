import { describe, expect, test } from 'vitest'
import { parseFirebaseParameters } from './firebase-parameters.ts'
import { parseForeignHash } from './foreign-hash.ts'
import { HashRefusal } from './hashes/hash-kind.ts'
import { parseStoredHash } from './hashes/stored-hash.ts'

const PASSWORD = 'correct horse battery'
const SALT = Buffer.from(Array.from({ length: 16 }, (_, index) => index)).toString('base64')

/** As its README shows them, with the account below. */
const FIREBASE = parseFirebaseParameters(`hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}`)

const FIREBASE_HASH = {
  kind: 'firebase',
  salt: '42xEC+ixf3L2lw==',
  hash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
}

const keycloak = (credential: object, value: string, salt = SALT) => ({
  kind: 'keycloak',
  credentialData: JSON.stringify({ additionalParameters: {}, ...credential }),
  secretData: JSON.stringify({ value, salt, additionalParameters: {} }),
})

// Each hash was made by the tool that its title names, none by what verifies it here.
const FOREIGN: readonly [source: string, hash: unknown, password?: string][] = [
  [
    'argon2i of the reference implementation 20171227',
    '$argon2i$v=19$m=4096,t=3,p=2$c29tZXNhbHRzYWx0$tLuRifhdfb1V/4Lvxhx4PhQ3SaczSW35',
  ],
  [
    'argon2i 1.0 of the reference implementation',
    '$argon2i$v=16$m=4096,t=3,p=1$c29tZXNhbHRzYWx0$JpQ+FQdJ4EVPIh76Ke0fqWE/+LsrAIFXga94rptZJh0',
  ],
  [
    'argon2d of the reference implementation',
    '$argon2d$v=19$m=4096,t=3,p=2$c29tZXNhbHRzYWx0$OwMnxzpohmwJVkajJ628nXlboWNcC/TE',
  ],
  [
    'argon2id of the reference implementation',
    '$argon2id$v=19$m=4096,t=3,p=2$c29tZXNhbHRzYWx0$039l6hCEJV4ypL4lfoLQV3Ybcfas/jFa',
  ],
  [
    'argon2id of passlib 1.7.4',
    '$argon2id$v=19$m=8192,t=3,p=8$eg+B0JqzlvL+f28NodQaIw$k52lI4A+Zs0FCmsKbD2ilw',
  ],
  [
    'argon2 of Django 3.2',
    'argon2$argon2id$v=19$m=102400,t=2,p=8$OUZSNkdMOUhEbTZ4MFhjZVR5QTJsQQ$wVqpXIcQWsGX6uKBxLOBpA',
  ],
  [
    'argon2 of Keycloak, by the reference implementation',
    keycloak(
      {
        hashIterations: 5,
        algorithm: 'argon2',
        additionalParameters: {
          hashLength: ['32'],
          memory: ['7168'],
          type: ['id'],
          version: ['1.3'],
          parallelism: ['1'],
        },
      },
      'LXqdhMVe6ue5IdQLO1Ioke5p8zKPJg+WDgOs55WAXlE=',
      'c29tZXNhbHRzYWx0',
    ),
  ],
  ['bcrypt $2b$ of pyca', '$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'],
  ['bcrypt $2a$ of pyca', '$2a$05$/cXCzq0ioIiouy2fzUgWuODkHClw6Ks/19OGMtlHthD2QTdGOag0q'],
  ['bcrypt $2y$ of libxcrypt', '$2y$06$abcdefghijklmnopqrstuu50eFBEC8vQwBnuFXMHE45jBnqvQ8xz.'],
  [
    'bcrypt of crypt_blowfish, its own test',
    '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
    'U*U',
  ],
  ['bcrypt of Django 3.2', 'bcrypt$$2b$12$jTvUOx3VW4VNeRqfp.9JzOvq/M1oB5X/df5m4zgzXBQ9qEOZfS.5.'],
  [
    'scrypt of passlib 1.7.4',
    '$scrypt$ln=14,r=8,p=1$bQ0BQCiFUCoFQAghZKwVIg$azA5GgGZZt63Beuwiih7Qu8Lw0ZgYmLMS8R0ONZDiKo',
  ],
  [
    'scrypt of Werkzeug 3.1',
    'scrypt:32768:8:1$3DY3tj87gSNetgHB$300ddbea944dea9155550983299c606865056959b9cdfd8706684154c8c27a8803117113f4932a5b3b446636c71e45fd54b59b74a91addbebdd1a0faa1d13124',
  ],
  [
    'scrypt of hashlib',
    {
      kind: 'scrypt',
      cost: 16_384,
      blockSize: 8,
      parallelization: 2,
      salt: SALT,
      hash: '3nSR50ZsJ864rtK8vquYTxPMLLMw+1oLia5JS6Bkj8Q=',
    },
  ],
  [
    'pbkdf2-sha256 of passlib 1.7.4',
    '$pbkdf2-sha256$29000$1TonZOydE6I0hhCi1Jozpg$gS2lQ4xnICC3hZdqVlBruqHc0jdawrTspc9h6icSXTs',
  ],
  [
    'pbkdf2-sha512 of passlib 1.7.4',
    '$pbkdf2-sha512$25000$7B2jFILwHiOEsBYCgBACgA$dATiafj7EVNIvza6nQdSCH8hGg49CWuOLlGqRyMQcBXpVyczCHv/bjQB/n7So/mIPB45KMafuhR7ja2UqlmH9w',
  ],
  ['pbkdf2 of passlib 1.7.4', '$pbkdf2$131000$3nsvZazVuve.t9a6tzbmvA$mPVw6MR6cePbc.4Wjo8PC23VPCo'],
  [
    'pbkdf2_sha256 of Django 3.2',
    'pbkdf2_sha256$260000$Kuvg3PFut10rZkRjZucgBV$bbRYS5rlfi6180dSlTlA5mE1tKsykBSUJd7FRd8TpbM=',
  ],
  [
    'pbkdf2_sha1 of Django 3.2',
    'pbkdf2_sha1$260000$9Oyhkja02Hcl8rRoY4FBVQ$bMJ22LuKWwy6fT+iNGZpRFvxMwc=',
  ],
  [
    'pbkdf2 of Werkzeug 3.1',
    'pbkdf2:sha256:1000$xwdBYSNVx0rMylRI$6b745116c6c94d14f78ab55af27e76d8d50322b6ada15a95c3efa8986b00e2ce',
  ],
  [
    'pbkdf2-sha512 of Keycloak, by hashlib',
    keycloak(
      { hashIterations: 210_000, algorithm: 'pbkdf2-sha512' },
      'i8MEbJEntlaFgLOnIsIXgO0aPF4DYs7H6fl1KcMdXffNZCnnR8pN4bE1CdLP+hq1XxAKYsiteZvUHLB6Fjk0Kw==',
    ),
  ],
  [
    'pbkdf2-sha256 of Keycloak, twice as long as its digest, by hashlib',
    keycloak(
      { hashIterations: 600_000, algorithm: 'pbkdf2-sha256' },
      'uwbIwLHdW/1OQPTil6LQ5k2n75S0uOwgmJAhyLQVNq0nOi0Y5IHsGTCSSXv336BdLt5k2S5APIfRHgB4IMfX0g==',
    ),
  ],
  [
    'pbkdf2 of Keycloak, by hashlib',
    keycloak(
      { hashIterations: 1_300_000, algorithm: 'pbkdf2' },
      'uDosl5EqYWDkgggPX3p1jYfUjWlwiupLoqglo4ACi3Y+lqmd+Bwzjt0JPYNQIKGVbmUvoim2y0NfFZsIl/0aXw==',
    ),
  ],
  ['scrypt of Firebase, from its README', FIREBASE_HASH, 'user1password'],
]

describe.each(FOREIGN)('%s', (_source, hash, password = PASSWORD) => {
  test('knows its password and no other, also once it was stored', async () => {
    const text = parseForeignHash(hash, FIREBASE)
    expect(parseForeignHash(text, null)).toBe(text)
    const stored = parseStoredHash(text)
    expect(await stored.verify(password)).toBe(true)
    expect(await stored.verify(`${password}.`)).toBe(false)
  })
})

test('what is stored of a Firebase hash holds nothing of the signer key', () => {
  const text = parseForeignHash(FIREBASE_HASH, FIREBASE)
  expect(text).toMatch(/^\$firebase-scrypt\$ln=14,r=8\$[\w+/]+\$[\w+/]+$/)
  expect(text).not.toContain(FIREBASE.signerKey.toString('base64').slice(0, 20))
  expect(text).not.toContain(FIREBASE_HASH.hash.slice(0, 20))
})

test('Firebase parameters are also read from JSON, and none may be missing', () => {
  const json = JSON.stringify({
    algorithm: 'SCRYPT',
    base64_signer_key: 'AAEC',
    base64_salt_separator: 'Bw==',
    rounds: 8,
    mem_cost: 14,
  })
  expect(parseFirebaseParameters(json)).toEqual({
    signerKey: Buffer.from([0, 1, 2]),
    saltSeparator: Buffer.from([7]),
    blockSize: 8,
    costLog2: 14,
  })
  expect(() => parseFirebaseParameters(json.replace('rounds', 'round'))).toThrow('no rounds')
  expect(() => parseFirebaseParameters(json.replace('SCRYPT', 'BCRYPT'))).toThrow('not parameters')
})

describe('K06: parameters of an imported hash are bounded:', () => {
  const salt = 'c29tZXNhbHRzYWx0'
  const hash = 'tLuRifhdfb1V/4Lvxhx4PhQ3SaczSW35'
  const bcrypt = (cost: string) =>
    `$2b$${cost}$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu`

  test.each([
    ['argon2, 256 MiB', `$argon2id$v=19$m=262144,t=4,p=1$${salt}$${hash}`],
    ['argon2, many passes over little', `$argon2id$v=19$m=1024,t=1024,p=16$${salt}$${hash}`],
    ['bcrypt, cost 14', bcrypt('14')],
    ['scrypt, 256 MiB', `$scrypt$ln=18,r=8,p=1$${salt}$${hash}`],
    ['scrypt, as long with less', `$scrypt$ln=14,r=8,p=16$${salt}$${hash}`],
    ['PBKDF2, two million', `$pbkdf2-sha512$2000000$${salt}$${hash}`],
    ['Firebase, 256 MiB', `$firebase-scrypt$ln=18,r=8$${salt}$${hash}`],
  ])('%s is taken', (_, text) => {
    expect(parseForeignHash(text, null)).toBe(text)
  })

  test.each([
    ['argon2, too much memory', `$argon2id$v=19$m=262145,t=1,p=1$${salt}$${hash}`],
    ['argon2, too many passes', `$argon2id$v=19$m=262144,t=5,p=1$${salt}$${hash}`],
    ['argon2, too many lanes', `$argon2id$v=19$m=1024,t=1,p=17$${salt}$${hash}`],
    ['bcrypt, cost 15', bcrypt('15')],
    ['bcrypt, cost 31', bcrypt('31')],
    ['scrypt, too much memory', `$scrypt$ln=18,r=9,p=1$${salt}$${hash}`],
    ['scrypt, too many times', `$scrypt$ln=14,r=8,p=17$${salt}$${hash}`],
    ['scrypt, N of 2^99', `$scrypt$ln=99,r=1,p=1$${salt}$${hash}`],
    ['PBKDF2, too many iterations', `$pbkdf2-sha512$2000001$${salt}$${hash}`],
    ['PBKDF2 of Django, too many', `pbkdf2_sha256$999999999$${salt}$${hash}`],
    ['Firebase, too much memory', `$firebase-scrypt$ln=19,r=8$${salt}$${hash}`],
  ])('%s is refused', (_, text) => {
    expect(() => parseForeignHash(text, null)).toThrow(
      expect.objectContaining({ code: 'hash_too_costly' }),
    )
  })

  test('by the parameters of a Firebase project, too', () => {
    expect(() => parseForeignHash(FIREBASE_HASH, { ...FIREBASE, costLog2: 30 })).toThrow(
      expect.objectContaining({ code: 'hash_too_costly' }),
    )
  })
})

describe('refused, whatever it is:', () => {
  test.each<[string, unknown]>([
    ['nothing', ''],
    ['a password', PASSWORD],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['SHA-512 of crypt', '$6$rounds=5000$saltsalt$abcdefgh'],
    ['bcrypt over SHA-256 of Django', `bcrypt_sha256$$2b$12$${'a'.repeat(53)}`],
    ['no password at all', '$none'],
    ['an endless text', `$argon2id$${'a'.repeat(1_000_000)}`],
    ['a number', 7],
    ['null', null],
    ['a list', ['$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu']],
    ['an object of no kind', { hash: 'x' }],
    ['an object of an inherited kind', { kind: 'constructor' }],
    ['Firebase without parameters', FIREBASE_HASH],
  ])('%s is no hash', (_, value) => {
    expect(() => parseForeignHash(value, null)).toThrow(
      expect.objectContaining({ code: 'hash_unknown' }),
    )
  })

  const good = { kind: 'pbkdf2', digest: 'sha256', iterations: 1000, salt: SALT, hash: SALT }

  test.each<[string, unknown]>([
    ['a member too many', { ...good, rounds: 1 }],
    ['no salt', { ...good, salt: undefined }],
    ['a salt that is no base64', { ...good, salt: 'a salt' }],
    ['half an iteration', { ...good, iterations: 0.5 }],
    ['iterations as text', { ...good, iterations: '1000' }],
    ['another digest', { ...good, digest: 'md5' }],
    ['a digest with more in it', { ...good, digest: 'sha256$1$AAAA' }],
    ['a hash of 15 bytes', { ...good, hash: Buffer.alloc(15).toString('base64') }],
    ['a hash of 129 bytes', { ...good, hash: Buffer.alloc(129).toString('base64') }],
    [
      'scrypt with N = 1000',
      { kind: 'scrypt', cost: 1000, blockSize: 8, parallelization: 1, salt: SALT, hash: SALT },
    ],
    ['scrypt with N = 1', 'scrypt:1:8:1$salt$00112233445566778899aabbccddeeff'],
    [
      'argon2 with a key',
      '$argon2id$v=19$m=64,t=1,p=1,keyid=AAAA$c29tZXNhbHRzYWx0$tLuRifhdfb1V/4Lvxhx4PhQ3SaczSW35',
    ],
    [
      'argon2 with less memory than there is',
      '$argon2id$v=19$m=8,t=1,p=2$c29tZXNhbHRzYWx0$tLuRifhdfb1V/4Lvxhx4PhQ3SaczSW35',
    ],
    [
      'argon2 with a short salt',
      '$argon2id$v=19$m=64,t=1,p=1$c29tZQ$tLuRifhdfb1V/4Lvxhx4PhQ3SaczSW35',
    ],
    [
      'argon2 that goes on behind its end',
      '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzYWx0$tLuRifhdfb1V/4Lvxhx4PhQ3SaczSW35\n',
    ],
    ['bcrypt of cost 3', '$2b$03$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'],
    ['bcrypt of the broken kind', '$2x$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'],
    ['bcrypt cut short', '$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pU'],
    ['Keycloak without its JSON', { kind: 'keycloak', credentialData: '{', secretData: '{}' }],
    ['Keycloak with lists for JSON', { kind: 'keycloak', credentialData: '[]', secretData: '[]' }],
    ['Firebase of another length', { ...FIREBASE_HASH, hash: SALT }],
  ])('a hash with %s', (_, value) => {
    expect(() => parseForeignHash(value, FIREBASE)).toThrow(
      expect.objectContaining({ code: 'hash_malformed' }),
    )
  })

  test('and no refusal repeats anything of the hash', () => {
    for (const value of [
      '$argon2id$secret',
      '$2b$secret',
      '$scrypt$secret',
      '$pbkdf2-secret',
      'secret',
      { kind: 'secret' },
      { kind: 'keycloak', credentialData: 'secret', secretData: 'secret' },
    ]) {
      try {
        parseForeignHash(value, FIREBASE)
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(HashRefusal)
        expect(String(error)).not.toMatch(/secret(?!Data)/)
      }
    }
  })
})

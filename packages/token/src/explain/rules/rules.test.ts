// Each rule is seen to speak and to be silent; a rule without a case fails.
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  createBare,
  createEncrypted,
  createToken,
  encode,
  NOW,
  type Parts,
  rsaSignature,
  SIGNATURE,
} from '../../../test/explain-tokens.ts'
import { explain } from '../explain.ts'
import type { Finding } from '../explanation.ts'
import { KEY_RULES } from '../keys/key-rules.ts'
import { INPUT_RULES } from './input-rules.ts'
import { TOKEN_RULES } from './token-rules.ts'

interface Case {
  readonly bad: string | readonly string[]
  readonly good: string | readonly string[]
}

const sound = createToken()

/** A token that a rule speaks about; the sound one is silent. */
const of = (...bad: readonly Parts[]): Case => ({ bad: bad.map(createToken), good: sound })
const header = (...bad: readonly Record<string, unknown>[]) =>
  of(...bad.map((one) => ({ header: one })))
const claims = (...bad: readonly Record<string, unknown>[]) =>
  of(...bad.map((one) => ({ claims: one })))
const badKid = (...kids: readonly string[]): Case => ({
  ...header(...kids.map((kid) => ({ kid }))),
  good: [
    'key-1',
    '2026-01',
    'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    'a--b',
    'a.b_c:d',
    'selection-1',
    'select-2',
    'union-3',
  ].map((kid) => createToken({ header: { kid } })),
})

const publicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: encode(SIGNATURE.slice(0, 32)),
  y: encode(SIGNATURE.slice(32)),
}
const proofHeader = { alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk }
const proofClaims = { jti: 'p1', htm: 'POST', htu: 'https://api.example/orders', iat: NOW - 5 }
const proof = createBare(proofHeader, proofClaims)
const logoutClaims = {
  iss: 'https://login.example',
  aud: 'shop',
  iat: NOW,
  exp: NOW + 60,
  jti: 'l1',
  sub: 'acc_1',
  events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
}
const logout = createBare({ alg: 'ES256', typ: 'logout+jwt', kid: 'k' }, logoutClaims)
const eventClaims = {
  iss: 'https://login.example',
  aud: 'shop',
  iat: NOW,
  jti: 'e1',
  events: { 'https://schemas.example/disabled': {} },
}
const event = createBare({ alg: 'ES256', typ: 'secevent+jwt', kid: 'k' }, eventClaims)
const idToken = createToken({
  header: { typ: 'JWT' },
  claims: { scope: undefined, client_id: undefined, jti: undefined, nonce: 'n' },
})

const order256 = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
const tooLarge = Buffer.concat([Buffer.from(order256, 'hex'), SIGNATURE.slice(32)])
const zeroS = Buffer.concat([SIGNATURE.slice(0, 32), Buffer.alloc(32)])
const der = Buffer.concat([
  Buffer.from('30440220', 'hex'),
  SIGNATURE.slice(0, 32),
  Buffer.from('0220', 'hex'),
  SIGNATURE.slice(32),
])
const largeS25519 = Buffer.concat([SIGNATURE.slice(0, 32), Buffer.alloc(31), Buffer.from([0x20])])

const FORM: Record<string, Case> = {
  'parts-count': {
    bad: ['eyJ.b', sound.split('.').slice(0, 2).join('.'), `${sound}.x`, `eyJ${'.'.repeat(1000)}`],
    good: [sound, createEncrypted({})],
  },
  'part-empty': {
    bad: `.${sound.split('.').slice(1).join('.')}`,
    good: [sound, `${createToken({ signature: '' })}`],
  },
  'base64-character': {
    bad: [sound.replace('.', '!.'), `${sound}\u0141`, sound.replace('.', ' .')],
    good: [sound, `"${sound}"\n`],
  },
  'base64-alphabet': { bad: [`${sound.slice(0, -3)}+/A`], good: sound },
  'base64-padding': { bad: [`${sound}=`, sound.replace('.', '=.')], good: sound },
  'base64-length': { bad: [createToken({ signature: 'AAAAA' })], good: sound },
  'trailing-bits': {
    bad: [createToken({ signature: 'AAB' }), createToken({ signature: 'AB' })],
    good: [createToken({ signature: 'AAE' }), sound],
  },
  'utf8-invalid': {
    bad: [
      Buffer.from('7b2278223a22ff227d', 'hex'),
      Buffer.from('7b2278223a22c080227d', 'hex'),
      Buffer.from('7b2278223a22eda080227d', 'hex'),
    ].map((bytes) => [encode('{"alg":"ES256"}'), encode(bytes), encode(SIGNATURE)].join('.')),
    good: createToken({ claims: { name: 'Łucja 😀' } }),
  },
  'byte-order-mark': of({ payloadText: '\ufeff{}' }),
  'not-an-object': of({ payloadText: '[1]' }, { payloadText: '"x"' }, { headerText: 'null' }),
  'json-syntax': of(
    { payloadText: '{"a":1,}' },
    { payloadText: '' + '{"a":01}' },
    { headerText: "{'a':1}" },
    { payloadText: '{} x' },
  ),
  'duplicate-member': of(
    { payloadText: '{"a":1,"a":1}' },
    { headerText: '{"alg":"ES256","\\u0061lg":"none"}' },
    { payloadText: '{"a":[{"b":1,"b":2}]}' },
  ),
  'proto-member': of(
    { payloadText: '{"__proto__":{"admin":true}}' },
    { payloadText: '{"a":{"\\u005f_proto__":1}}' },
  ),
  'lone-surrogate': of({ payloadText: '{"a":"\\ud800"}' }),
  'nested-deep': {
    bad: createToken({ payloadText: `{"a":${'['.repeat(16)}${']'.repeat(16)}}` }),
    good: createToken({ payloadText: `{"a":${'['.repeat(15)}${']'.repeat(15)}}` }),
  },
  'number-range': of({ payloadText: '{"exp":1e999}' }),
}

const HEADER: Record<string, Case> = {
  'text-invisible-characters': {
    bad: [
      createToken({ claims: { sub: 'adm\u200bin' } }),
      createToken({ claims: { o: { x: ['a\u202eb'] } } }),
      createToken({ claims: { 'a\u2066b': 1 } }),
      createToken({ header: { kid: 'a\ufeff' } }),
    ],
    good: createToken({ claims: { name: 'Ådá Λ \u{1f468}\u200d\u{1f469}' } }),
  },
  'name-control-characters': {
    bad: createToken({ claims: { o: { 'a\nb': 1 } } }),
    good: createToken({ claims: { 'a b': 1 } }),
  },
  'host-mixed-scripts': {
    bad: [
      createToken({ claims: { iss: 'https://l\u043egin.example' } }),
      createToken({ claims: { aud: ['https://api.ex\u03b1mple/'] } }),
    ],
    good: [
      createToken({ claims: { iss: 'https://login.example/\u043e' } }),
      createToken({ claims: { iss: 'https://müller.example' } }),
      createToken({ claims: { iss: 'https://\u043b\u043e\u0433.example' } }),
    ],
  },
  'text-spaces-around': {
    bad: [
      createToken({ claims: { sub: 'ada ' } }),
      createToken({ claims: { aud: ['a', '\tb'] } }),
      createToken({ claims: { iss: ' https://login.example' } }),
      createToken({ header: { kid: 'a\n' } }),
      createToken({ header: { typ: ' at+jwt' } }),
    ],
    good: createToken({ claims: { sub: 'ada b' } }),
  },
  'number-inexact': {
    bad: ['9007199254740993', '0.12345678901234567890123', '1e-400', '-9007199254740993.0'].map(
      (n) => createToken({ payloadText: `{"a":{"n":${n}}}` }),
    ),
    good: ['9007199254740992', '0.1', '-0', '1.50', '10e-1', '1E5', '0.0', '1e21', '5e-324'].map(
      (n) => createToken({ payloadText: `{"a":{"n":${n}}}` }),
    ),
  },
  'alg-none': header(
    { alg: 'none' },
    { alg: 'NoNe' },
    { alg: ' none ' },
    { alg: 'ｎone' },
    { alg: 'none\0' },
    { alg: '' },
  ),
  'alg-missing': header({ alg: undefined }),
  'alg-not-text': header(
    { alg: null },
    { alg: ['ES256'] },
    { alg: 256 },
    { alg: true },
    { alg: {} },
  ),
  'alg-spelling': header({ alg: 'es256' }, { alg: 'ES256 ' }, { alg: 'rs-256' }),
  'alg-unknown': header({ alg: 'XX256' }, { alg: 'HS128' }),
  'alg-encrypts': {
    bad: createToken({ header: { alg: 'RSA-OAEP' } }),
    good: [sound, createEncrypted({})],
  },
  'alg-ageing': header({ alg: 'EdDSA' }, { alg: 'ES256K' }),
  'hmac-with-public-issuer': {
    bad: createToken({ header: { alg: 'HS256' }, signature: SIGNATURE.slice(0, 32) }),
    good: [
      sound,
      createToken({
        header: { alg: 'HS256' },
        claims: { iss: 'internal' },
        signature: SIGNATURE.slice(0, 32),
      }),
    ],
  },
  'kid-looks-like-path': badKid(
    '../../dev/null',
    '/dev/null',
    'C:\\keys\\a',
    'a/../b',
    'key.pem',
    '%2e%2e%2fetc',
    'a%252F%2E.%5Cb',
  ),
  'kid-looks-like-sql': badKid(
    "x' UNION SELECT 'a",
    'a; drop table keys',
    'a" or 1=1',
    'x -- y',
    '{"$ne":null}',
  ),
  'kid-looks-like-command': badKid('a|sleep 10', '`id`', '$(id)', 'a>b'),
  'kid-looks-like-url': badKid('https://evil.example/key', 'file:///etc/passwd'),
  'kid-is-prototype-name': badKid('__proto__', 'constructor', 'toString'),
  'kid-control-characters': badKid('a\0b', 'a\r\nb', '\u001b[31m'),
  'kid-long': badKid('a'.repeat(257)),
  'kid-missing': {
    bad: createToken({ header: { kid: undefined } }),
    good: [sound, createToken({ header: { kid: undefined, x5t: 'abc' } }), proof],
  },
  'kid-not-text': header({ kid: 1 }, { kid: null }, { kid: ['a'] }, { kid: '' }),
  'jku-present': header({ jku: 'https://evil.example/jwks.json' }),
  'x5u-present': header({ x5u: 'https://evil.example/cert' }),
  'x5c-present': header({ x5c: ['MIIB'] }),
  'jwk-embedded': { bad: createToken({ header: { jwk: publicJwk } }), good: [sound, proof] },
  'jwk-private': {
    bad: [
      createToken({ header: { jwk: { ...publicJwk, d: 'AAAA' } } }),
      createBare({ ...proofHeader, jwk: { kty: 'oct', k: 'AAAA' } }, proofClaims),
    ],
    good: [proof, createToken({ header: { jwk: publicJwk } })],
  },
  'crit-unknown': header({ crit: ['b64'], b64: false }, { crit: ['x'], x: 1 }),
  'crit-malformed': {
    bad: [[], 'x', ['alg'], ['absent'], ['x', 'x'], [1]].map((crit) =>
      createToken({ header: { crit, x: 1 } }),
    ),
    good: createToken({ header: { crit: ['x'], x: 1 } }),
  },
  'b64-false': header({ b64: false }, { b64: true }),
  'zip-present': {
    bad: [createToken({ header: { zip: 'DEF' } }), createEncrypted({ zip: 'DEF' })],
    good: [sound, createEncrypted({})],
  },
  'enc-in-signed': {
    bad: createToken({ header: { enc: 'A256GCM' } }),
    good: [sound, createEncrypted({})],
  },
  'typ-missing': {
    bad: createToken({ header: { typ: undefined } }),
    good: [sound, createEncrypted({})],
  },
  'typ-generic': {
    bad: [
      createToken({ header: { typ: 'JWT' } }),
      createToken({ header: { typ: 'application/jwt' } }),
    ],
    good: [sound, idToken],
  },
  'typ-not-text': header({ typ: ['at+jwt'] }, { typ: null }),
  'nested-jwt': header({ cty: 'JWT' }, { cty: 'jwt' }),
  'header-claim-differs': {
    bad: [
      createToken({ header: { iss: 'https://other.example' } }),
      createToken({ header: { aud: ['orders'] } }),
    ],
    good: [sound, createToken({ header: { iss: 'https://login.example' } })],
  },
  'header-nonce': {
    bad: createToken({ header: { nonce: 'n' }, claims: { iss: 'https://sts.windows.net/t/' } }),
    good: [sound, createToken({ header: { nonce: 'n' } })],
  },
}

const SIGNATURES: Record<string, Case> = {
  'signature-missing': of({ signature: '' }),
  'signature-redacted': of({ signature: 'redacted' }),
  'signature-length': {
    bad: [
      createToken({ signature: SIGNATURE.slice(1) }),
      createToken({ header: { alg: 'HS256' } }),
    ],
    good: [
      sound,
      createToken({ signature: 'redacted' }),
      createToken({ header: { alg: 'EdDSA' }, signature: rsaSignature(114) }),
    ],
  },
  'signature-rsa-short': {
    bad: createToken({ header: { alg: 'RS256' }, signature: rsaSignature(128) }),
    good: createToken({ header: { alg: 'PS256' }, signature: rsaSignature(256) }),
  },
  'signature-rsa-long': {
    bad: createToken({ header: { alg: 'RS256' }, signature: rsaSignature(4096) }),
    good: createToken({ header: { alg: 'RS256' }, signature: rsaSignature(512) }),
  },
  'der-signature': of({ signature: der }),
  'signature-all-zero': of(
    { signature: new Uint8Array(64) },
    { signature: new Uint8Array(64).fill(255) },
  ),
  'signature-impossible': {
    bad: [tooLarge, zeroS]
      .map((signature) => createToken({ signature }))
      .concat(createToken({ header: { alg: 'EdDSA' }, signature: largeS25519 })),
    good: [
      sound,
      createToken({
        header: { alg: 'EdDSA' },
        signature: Buffer.concat([
          SIGNATURE.slice(0, 32),
          Buffer.alloc(31, 1),
          Buffer.from([0x0f]),
        ]),
      }),
    ],
  },
}

const TIMES: Record<string, Case> = {
  'exp-missing': { bad: createToken({ claims: { exp: undefined } }), good: [sound, proof, event] },
  'exp-not-number': claims(
    { exp: '1800000900' },
    { exp: null },
    { exp: [NOW] },
    { iat: true },
    { nbf: {} },
    { auth_time: 'x' },
  ),
  'exp-milliseconds': claims({ exp: NOW * 1000 }, { iat: NOW * 1000 }),
  'time-out-of-range': claims({ exp: -1 }, { exp: 1e300 }, { nbf: -5 }),
  'lifetime-long': {
    bad: [
      createToken({ claims: { exp: NOW + 172_800 } }),
      createToken({ claims: { exp: NOW + 10 * 31_556_952 } }),
    ],
    good: [sound, createToken({ claims: { exp: NOW + 86_340 } })],
  },
  'exp-before-iat': claims({ exp: NOW - 100, iat: NOW - 50 }, { exp: NOW, iat: NOW }),
  'nbf-after-exp': claims({ nbf: NOW + 1000 }),
  'iat-missing': claims({ iat: undefined }),
  'iat-in-future': {
    bad: createToken({ claims: { iat: NOW + 120 } }),
    good: [sound, createToken({ claims: { iat: NOW + 30 } })],
  },
  'auth-time-after-iat': {
    bad: createToken({ claims: { auth_time: NOW + 100 } }),
    good: createToken({ claims: { auth_time: NOW - 100 } }),
  },
  'dpop-old': {
    bad: createBare(proofHeader, { ...proofClaims, iat: NOW - 301 }),
    good: [proof, createToken({ claims: { iat: NOW - 800 } })],
  },
}

const CLAIMS: Record<string, Case> = {
  'iss-missing': { bad: createToken({ claims: { iss: undefined } }), good: [sound, proof] },
  'iss-not-text': claims(
    { iss: ['https://login.example'] },
    { iss: 5 },
    { iss: '' },
    { iss: null },
  ),
  'iss-not-https': {
    bad: ['http://login.example', 'http://localhost.evil.example', 'http://evil-localhost'].map(
      (iss) => createToken({ claims: { iss } }),
    ),
    good: [
      sound,
      createToken({ claims: { iss: 'http://localhost:3000' } }),
      createToken({ claims: { iss: 'http://127.0.0.1' } }),
    ],
  },
  'iss-not-address': claims({ iss: 'accounts.google.com' }, { iss: 'me' }),
  'aud-missing': { bad: createToken({ claims: { aud: undefined } }), good: [sound, proof] },
  'aud-malformed': {
    bad: ['', [], {}, 5, ['a', 1], [['a']], null].map((aud) => createToken({ claims: { aud } })),
    good: [sound, createToken({ claims: { aud: ['a', 'b'] } })],
  },
  'aud-wildcard': claims({ aud: '*' }, { aud: ['a', 'https://*.example'] }),
  'aud-many': {
    bad: createToken({ claims: { aud: [...'abcdef'] } }),
    good: createToken({ claims: { aud: [...'abcde'] } }),
  },
  'sub-missing': { bad: createToken({ claims: { sub: undefined } }), good: [sound, event, proof] },
  'sub-not-text': claims({ sub: 5 }, { sub: '' }, { sub: ['a'] }, { sub: null }),
  'claim-control-characters': {
    bad: [
      createToken({ claims: { sub: 'a\r\nX-Admin: 1' } }),
      createToken({ claims: { aud: ['a\0'] } }),
    ],
    good: createToken({ claims: { sub: 'Łucja' } }),
  },
  'jti-missing': { bad: createToken({ claims: { jti: undefined } }), good: [sound, idToken] },
  'scope-wildcard': {
    bad: [
      createToken({ claims: { scope: 'a *' } }),
      createToken({ claims: { permissions: ['*:*'] } }),
    ],
    good: createToken({ claims: { scope: 'orders:*' } }),
  },
  'scope-not-text': claims({ scope: ['a'] }),
  'client-is-subject': claims({ sub: 'shop' }),
  'policy-in-token': claims({ nonce_supported: false }),
  'kind-mixed': { bad: createToken({ claims: { at_hash: 'x' } }), good: [sound, idToken] },
  'id-token-azp-missing': {
    bad: createBare({ alg: 'ES256', kid: 'k' }, { nonce: 'n', aud: ['a', 'b'] }),
    good: [
      idToken,
      createBare({ alg: 'ES256', kid: 'k' }, { nonce: 'n', aud: ['a', 'b'], azp: 'a' }),
    ],
  },
  'dpop-type': { bad: createBare({ ...proofHeader, typ: 'JWT' }, proofClaims), good: proof },
  'dpop-algorithm': {
    bad: ['HS256', 'none', 'RSA-OAEP'].map((alg) =>
      createBare({ ...proofHeader, alg }, proofClaims),
    ),
    good: proof,
  },
  'dpop-key-missing': {
    bad: createBare({ alg: 'ES256', typ: 'dpop+jwt' }, proofClaims),
    good: proof,
  },
  'dpop-claim-missing': {
    bad: ['jti', 'htm', 'htu', 'iat'].map((name) =>
      createBare(proofHeader, { ...proofClaims, [name]: undefined }),
    ),
    good: [proof, sound],
  },
  'dpop-address-query': {
    bad: createBare(proofHeader, { ...proofClaims, htu: 'https://a.example/x?y=1' }),
    good: proof,
  },
  'security-event-type': {
    bad: [
      createBare({ alg: 'ES256', kid: 'k' }, eventClaims),
      createBare({ alg: 'ES256', typ: 'JWT' }, logoutClaims),
    ],
    good: [event, logout],
  },
  'security-event-expires': {
    bad: createBare({ alg: 'ES256', typ: 'secevent+jwt' }, { ...eventClaims, exp: NOW + 60 }),
    good: [event, logout],
  },
  'security-event-empty': {
    bad: [
      createBare({ alg: 'ES256', typ: 'secevent+jwt' }, { ...eventClaims, events: {} }),
      createBare({ alg: 'ES256', typ: 'logout+jwt' }, { ...logoutClaims, events: undefined }),
    ],
    good: [event, logout],
  },
  'logout-nonce': {
    bad: createBare({ alg: 'ES256', typ: 'logout+jwt' }, { ...logoutClaims, nonce: 'n' }),
    good: [logout, idToken],
  },
  'logout-target-missing': {
    bad: createBare({ alg: 'ES256', typ: 'logout+jwt' }, { ...logoutClaims, sub: undefined }),
    good: [
      logout,
      createBare(
        { alg: 'ES256', typ: 'logout+jwt' },
        { ...logoutClaims, sub: undefined, sid: 's' },
      ),
    ],
  },
  'jwe-unsigned': { bad: createEncrypted({}), good: [sound, createEncrypted({ alg: 'dir' })] },
  'jwe-rsa1-5': { bad: createEncrypted({ alg: 'RSA1_5' }), good: createEncrypted({}) },
  'jwe-iterations-many': {
    bad: createEncrypted({ alg: 'PBES2-HS256+A128KW', p2c: 2_000_000_000 }),
    good: createEncrypted({ alg: 'PBES2-HS256+A128KW', p2c: 600_000 }),
  },
  'jwe-iterations-few': {
    bad: createEncrypted({ alg: 'PBES2-HS256+A128KW', p2c: 100 }),
    good: createEncrypted({ alg: 'PBES2-HS256+A128KW', p2c: 600_000 }),
  },
  'token-large': {
    bad: [
      createToken({ claims: { x: 'x'.repeat(3500) } }),
      createToken({ claims: { x: 'x'.repeat(9000) } }),
    ],
    good: createToken({ claims: { x: 'x'.repeat(1000) } }),
  },
  'claims-many': {
    bad: createToken({
      claims: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`c${i}`, i])),
    }),
    good: sound,
  },
}

const PRIVATE: Record<string, Case> = {
  'private-content:password': {
    bad: [
      createToken({ claims: { Password: 'hunter2' } }),
      createToken({ claims: { db: 'postgres://u:hunter2@db.example/x' } }),
    ],
    good: createToken({
      claims: { password_changed_at: 5, pwd: true, url: 'https://a.example:8080/x@y' },
    }),
  },
  'private-content:secret': {
    bad: [
      createToken({ claims: { aws: 'AKIAIOSFODNN7EXAMPLE' } }),
      createToken({ claims: { x: { deep: ['ghp_0123456789abcdef0123456789abcdef0123'] } } }),
      createToken({ claims: { client_secret: 'x' } }),
    ],
    good: createToken({ claims: { secretary: 'x', akia: 'AKIA' } }),
  },
  'private-content:private-key': {
    bad: [
      createToken({ claims: { x: '-----BEGIN PRIVATE KEY-----\nMIIB' } }),
      createToken({ claims: { x: { ...publicJwk, d: 'AA' } } }),
    ],
    good: createToken({ claims: { x: publicJwk } }),
  },
  'private-content:token': {
    bad: [
      createToken({ claims: { inner: sound } }),
      createToken({ claims: { refresh_token: 'x' } }),
      createToken({ claims: { r: `rt_${'a'.repeat(40)}` } }),
    ],
    good: createToken({ claims: { x: 'eyJ' } }),
  },
  'private-content:card': {
    bad: [
      createToken({ claims: { n: '4111 1111 1111 1111' } }),
      createToken({ claims: { n: 378282246310005 } }),
      createToken({ claims: { 'https://x.example/cardNumber': 'x' } }),
    ],
    good: createToken({
      claims: { n: '4111111111111112', big: '111111111111111111117', epoch: 1800000000000000 },
    }),
  },
  'private-content:national-id': {
    bad: createToken({ claims: { SSN: '078-05-1120' } }),
    good: sound,
  },
  'private-content:email': {
    bad: [
      createToken({ claims: { x: 'ada@example.com' } }),
      createToken({ claims: { sub: 'auth0|ada@example.com' } }),
      createToken({ claims: { emails: ['x'] } }),
    ],
    good: createToken({ claims: { x: 'a@b', y: '@ada' } }),
  },
  'private-content:phone': {
    bad: [
      createToken({ claims: { x: '+49 (151) 1234-5678' } }),
      createToken({ claims: { mobile: '0151' } }),
    ],
    good: createToken({ claims: { x: '+1', y: '4915112345678' } }),
  },
  'private-content:birthdate': {
    bad: createToken({ claims: { birthdate: '1815-12-10' } }),
    good: createToken({ claims: { since: '1815-12-10' } }),
  },
  'private-content:address': {
    bad: createToken({ claims: { address: { locality: 'London' } } }),
    good: sound,
  },
  'private-content:name': {
    bad: createToken({ claims: { given_name: 'Ada' } }),
    good: createToken({ claims: { filename: 'Ada' } }),
  },
  'private-content:ip-address': {
    bad: [
      createToken({ claims: { x: '203.0.113.9' } }),
      createToken({ claims: { x: '2001:db8::1' } }),
    ],
    good: createToken({ claims: { version: '1.2.3', time: '10:30:00', v: '999.1.1.1' } }),
  },
}

const curl = (rest: string) => `curl https://api.example/orders ${rest}`
const cookie = (name: string, rest: string) => `Set-Cookie: ${name}=${sound}${rest}`
const soundCookie = cookie('__Host-session', '; Path=/; Secure; HttpOnly; SameSite=Lax')
const bound = createToken({ claims: { cnf: { jkt: 'x' } } })

const INPUT: Record<string, Case> = {
  'input-too-large': { bad: 'x'.repeat(1_048_577), good: `${sound}${' '.repeat(1000)}` },
  'json-serialization': {
    bad: JSON.stringify({ payload: 'e30', signatures: [] }),
    good: JSON.stringify({ access_token: sound }),
  },
  'token-in-url': {
    bad: [
      `https://app.example/cb#id_token=${sound}`,
      curl(`'https://a.example/?access_token=${sound}'`),
    ],
    good: curl(`-H 'Authorization: Bearer ${sound}'`),
  },
  'token-without-tls': {
    bad: `curl http://api.example/ -H "Authorization: Bearer ${sound}"`,
    good: [
      `curl http://localhost:3000/ -H "Authorization: Bearer ${sound}"`,
      `curl http://[::1]/ --oauth2-bearer ${sound}`,
      'curl http://api.example/',
    ],
  },
  'tls-not-checked': {
    bad: [
      curl(`-k --oauth2-bearer ${sound}`),
      curl(`-sk --oauth2-bearer ${sound}`),
      curl(`--insecure --oauth2-bearer ${sound}`),
    ],
    good: curl(`-s --oauth2-bearer ${sound}`),
  },
  'secret-beside-token': {
    bad: [
      curl(`-u ada:pw --oauth2-bearer ${sound}`),
      curl(`-d client_secret=x`),
      JSON.stringify({ access_token: sound, client_secret: 'x' }),
    ],
    good: [curl(`--oauth2-bearer ${sound}`), `Cookie: a=b; t=${sound}`],
  },
  'token-in-several-places': {
    bad: curl(`-H 'Authorization: Bearer ${sound}' -b t=${sound}`),
    good: [
      curl(`--oauth2-bearer ${sound}`),
      curl(`-H 'Authorization: DPoP ${bound}' -H 'DPoP: ${proof}'`),
    ],
  },
  'dpop-proof-missing': {
    bad: curl(`-H 'Authorization: DPoP ${bound}'`),
    good: curl(`-H 'Authorization: DPoP ${bound}' -H 'DPoP: ${proof}'`),
  },
  'dpop-downgrade': {
    bad: `Authorization: Bearer ${bound}`,
    good: [`Authorization: DPoP ${bound}`, `Authorization: Bearer ${sound}`],
  },
  'expires-in-differs': {
    bad: JSON.stringify({ access_token: sound, expires_in: 3600 }),
    good: JSON.stringify({ access_token: sound, expires_in: 900 }),
  },
  'cookie-without-httponly': {
    bad: cookie('__Host-session', '; Path=/; Secure; SameSite=Lax'),
    good: [
      soundCookie,
      'Set-Cookie: XSRF-TOKEN=abc; Secure; SameSite=Lax',
      'Set-Cookie: theme=dark; Path=/',
    ],
  },
  'cookie-without-secure': {
    bad: cookie('s', '; HttpOnly; SameSite=Lax'),
    good: [soundCookie, 'Set-Cookie: theme=dark; Path=/'],
  },
  'cookie-without-samesite': { bad: cookie('s', '; Secure; HttpOnly'), good: soundCookie },
  'cookie-samesite-none': {
    bad: cookie('s', '; Secure; HttpOnly; SameSite=None'),
    good: soundCookie,
  },
  'cookie-prefix-broken': {
    bad: [
      cookie('__Host-s', '; Path=/; Secure; Domain=a.example'),
      cookie('__Host-s', '; Secure'),
      cookie('__Secure-s', '; HttpOnly'),
    ],
    good: [soundCookie, cookie('__Secure-s', '; Secure')],
  },
  'cookie-prefix-missing': { bad: cookie('s', '; Secure'), good: soundCookie },
  'cookie-domain': { bad: cookie('s', '; Domain=example.com'), good: soundCookie },
  'cookie-too-large': {
    bad: `Set-Cookie: t=${createToken({ claims: { x: 'x'.repeat(4000) } })}; Secure`,
    good: soundCookie,
  },
  'cookie-outlives-token': {
    bad: cookie('__Host-s', '; Max-Age=86400; Path=/; Secure'),
    good: cookie('__Host-s', '; Max-Age=900; Path=/; Secure'),
  },
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
const good = { ...publicJwk, kid: 'a', alg: 'ES256', use: 'sig' }
const goodRsa = { ...rsa, kid: 'b', alg: 'RS256', use: 'sig' }
const set = (...keys: readonly unknown[]) => JSON.stringify({ keys })
const soundSet = set(good, goodRsa)
const modulus = (bits: number) => encode(Buffer.alloc(bits / 8, 0xff))

const KEYS: Record<string, Case> = {
  'keys-malformed': { bad: ['{"keys":{}}', set(good, null), set('x')], good: soundSet },
  'keys-empty': { bad: set(), good: soundSet },
  'keys-many': {
    bad: set(...Array.from({ length: 101 }, (_, i) => ({ ...good, kid: `k${i}` }))),
    good: soundSet,
  },
  'key-private': {
    bad: [set({ ...good, d: 'AAAA' }), JSON.stringify({ ...good, d: 'AAAA' })],
    good: [soundSet, JSON.stringify(good)],
  },
  'key-symmetric': {
    bad: set({ kty: 'oct', k: modulus(256), kid: 'x', alg: 'HS256' }),
    good: soundSet,
  },
  'key-secret-short': {
    bad: JSON.stringify({ kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }),
    good: [soundSet, JSON.stringify({ kty: 'oct', k: modulus(256) })],
  },
  'key-type-unknown': { bad: [set({ ...good, kty: 'XX' }), set({ kid: 'a' })], good: soundSet },
  'key-rsa-small': { bad: set({ ...goodRsa, n: modulus(1024) }), good: soundSet },
  'key-rsa-large': { bad: set({ ...goodRsa, n: modulus(32_768) }), good: soundSet },
  'key-rsa-modulus': {
    bad: [
      set({ ...goodRsa, n: encode(Buffer.alloc(256, 0xfe)) }),
      set({ ...goodRsa, n: encode(bytesOf(65_537n ** 121n)) }),
    ],
    good: soundSet,
  },
  'key-rsa-exponent': {
    bad: ['AQ', 'Ag', 'AA'].map((e) => set({ ...goodRsa, e })),
    good: [soundSet, set({ ...goodRsa, e: 'Aw' })],
  },
  'key-coordinate-length': {
    bad: [set({ ...good, x: 'AAAA' }), set({ kty: 'OKP', crv: 'Ed25519', x: modulus(264) })],
    good: soundSet,
  },
  'key-not-base64url': {
    bad: [set({ ...good, x: `${good.x}=` }), set({ ...goodRsa, e: 'AQ+B' })],
    good: soundSet,
  },
  'key-algorithm-mismatch': {
    bad: [
      set({ ...good, alg: 'RS256' }),
      set({ ...good, alg: 'ES384' }),
      set({ ...goodRsa, alg: 'HS256' }),
    ],
    good: soundSet,
  },
  'key-algorithm-missing': {
    bad: set({ ...good, alg: undefined }),
    good: [soundSet, set({ ...goodRsa, alg: undefined, use: 'enc' })],
  },
  'key-id-duplicate': { bad: set(good, { ...goodRsa, kid: 'a' }), good: soundSet },
  'key-id-missing': {
    bad: set(good, { ...goodRsa, kid: undefined }),
    good: [soundSet, JSON.stringify({ ...good, kid: undefined })],
  },
  'key-use-missing': {
    bad: set({ ...good, use: undefined }),
    good: [soundSet, set({ ...good, use: undefined, key_ops: ['verify'] })],
  },
  'key-use-contradicts': {
    bad: [set({ ...good, use: 'enc' }), set({ ...good, use: undefined, key_ops: ['encrypt'] })],
    good: soundSet,
  },
}

const CASES: Record<string, Case> = {
  ...FORM,
  ...HEADER,
  ...SIGNATURES,
  ...TIMES,
  ...CLAIMS,
  ...PRIVATE,
  ...INPUT,
  ...KEYS,
}
const RULES = [...TOKEN_RULES, ...INPUT_RULES, ...KEY_RULES]

describe('rules', () => {
  it('have ids of their own, and a case each', () => {
    const ids = RULES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(Object.keys(CASES).sort()).toEqual([...ids].sort())
  })

  it('have nothing to say against what is sound', () => {
    for (const input of [sound, soundCookie, soundSet, proof]) {
      expect(findingsOf(input).map(({ id }) => id)).toEqual([])
      expect(explain(input, { now: NOW }).grade).toBe('A')
    }
  })

  it.each(Object.entries(CASES))(
    '%s speaks when it should and only then',
    (id, { bad, good: silent }) => {
      for (const input of [bad].flat()) {
        expect(
          findingsOf(input).map((finding) => finding.id),
          input.slice(0, 300),
        ).toContain(id)
      }
      for (const input of [silent].flat()) {
        expect(
          findingsOf(input).map((finding) => finding.id),
          input.slice(0, 300),
        ).not.toContain(id)
      }
    },
  )

  it('say all there is to say in sentences, and never the word valid', () => {
    for (const { title, why, remedy, reference } of RULES) {
      expect(title).toMatch(/^[A-Z].*[^.]$/)
      for (const text of [why, remedy]) expect(text).toMatch(/^[A-Z].*[.]$/s)
      expect(reference).toMatch(/RFC \d|CWE-\d|CVE-\d|OpenID|IANA|PCI|Microsoft/)
      expect(`${title} ${why} ${remedy}`).not.toMatch(/\b(?:in)?valid/i)
    }
  })

  it('repeat no value that they were about', () => {
    const secret = 'Hunter2Value'
    for (const input of [
      createToken({ claims: { password: secret, aud: `*${secret}`, scope: `* ${secret}` } }),
      createToken({ header: { kid: `../${secret}`, jku: `https://${secret}.example` } }),
      curl(
        `-u ada:${secret} -d client_secret=${secret} -H 'Authorization: Bearer ${sound}' -b a=${secret}`,
      ),
      set({ ...goodRsa, d: secret, k: secret }),
    ]) {
      const findings = findingsOf(input)
      expect(findings.length).toBeGreaterThan(0)
      expect(JSON.stringify(findings)).not.toContain(secret)
    }
  })

  it('name no person in the way to a member', () => {
    const [found] = findingsOf(createToken({ claims: { 'ada@example.com': { ssn: 'x' } } }))
    expect(found?.path).toBe('payload["…"].ssn')
  })

  it('speak at most ten times about one thing, and say how often it was', () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`c${i}`, 'ada@example.com']),
    )
    const found = findingsOf(createToken({ claims: many })).filter(
      ({ id }) => id === 'private-content:email',
    )
    expect(found).toHaveLength(10)
    expect(found.at(-1)?.detail).toBe('And 30 more.')
  })
})

function findingsOf(input: string): readonly Finding[] {
  const { input: wrapping, tokens, keySet } = explain(input, { now: NOW })
  return [
    ...wrapping.findings,
    ...tokens.flatMap(({ findings }) => findings),
    ...(keySet?.findings ?? []),
  ]
}

/** Odd, and a power of the generator modulo every small prime, as ROCA moduli are. */
function bytesOf(number: bigint): Buffer {
  const hex = number.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

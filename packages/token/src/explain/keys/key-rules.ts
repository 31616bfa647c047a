// Keys as they are published, or as somebody found them.
import { isRocaModulus } from '../../jwk/roca.ts'
import { findText } from '../context.ts'
import { readBase64url } from '../read/base64url.ts'
import type { JsonObject } from '../read/token.ts'
import { type Hit, hitIf, type Rule } from '../rules/rule.ts'
import { SIGNATURE_ALGORITHMS } from '../terms/algorithms.ts'
import { bitLength, findBytes, type KeyContext, PRIVATE_MEMBERS } from './key-context.ts'

const MIN_MODULUS_BITS = 2048
/** What OpenSSL still verifies with. */
const MAX_MODULUS_BITS = 16_384
const MAX_KEYS = 100
const NUMBERS = ['n', 'e', 'x', 'y', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'k']
const COORDINATE_BYTES: ReadonlyMap<string, number> = new Map([
  ['P-256', 32],
  ['secp256k1', 32],
  ['P-384', 48],
  ['P-521', 66],
  ['Ed25519', 32],
  ['X25519', 32],
  ['Ed448', 57],
  ['X448', 56],
])
const CURVES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ES256', ['P-256']],
  ['ES384', ['P-384']],
  ['ES512', ['P-521']],
  ['ES256K', ['secp256k1']],
  ['EdDSA', ['Ed25519', 'Ed448']],
  ['Ed25519', ['Ed25519']],
  ['Ed448', ['Ed448']],
])
const TYPES: Readonly<Record<string, string>> = { hmac: 'oct', rsa: 'RSA', ec: 'EC', eddsa: 'OKP' }
const KNOWN_TYPES = ['RSA', 'EC', 'OKP', 'oct', 'AKP']

export const KEY_RULES: readonly Rule<KeyContext>[] = [
  {
    id: 'keys-malformed',
    area: 'keys',
    severity: 'error',
    title: 'Not a key set: keys is no list of objects',
    why: 'Libraries make nothing, an error or a crash of it.',
    remedy: 'Write {"keys": [ … ]} with one object for each key.',
    reference: 'RFC 7517 5.1',
    check: ({ isList, keys }) => hitIf(!isList || keys.includes(null), { at: ['keys'] }),
  },
  {
    id: 'keys-empty',
    area: 'keys',
    severity: 'error',
    title: 'The key set is empty',
    why: 'Nothing that the issuer signs can be checked.',
    remedy: 'Publish the public keys.',
    reference: 'RFC 7517 5.1',
    check: ({ isList, keys }) => hitIf(isList && keys.length === 0, { at: ['keys'] }),
  },
  {
    id: 'keys-many',
    area: 'keys',
    severity: 'warning',
    title: 'Very many keys',
    why: 'Verifiers load and search them all, and who publishes so many rarely knows them all.',
    remedy: 'Remove keys whose last token has ended.',
    reference: 'CWE-400',
    check: ({ keys }) =>
      hitIf(keys.length > MAX_KEYS, { at: ['keys'], detail: `${keys.length} of them.` }),
  },
  {
    id: 'key-private',
    area: 'keys',
    severity: 'error',
    title: 'A private key',
    why: 'Whoever has read it can sign as its owner. In a key set it is published.',
    remedy: 'Replace it, and publish the public half alone.',
    reference: 'RFC 7517 9.2, CWE-522, CVE-2026-102275',
    check: (context) => {
      const severity = context.isSet ? 'error' : 'warning'
      return ofKeys((key) => PRIVATE_MEMBERS.find((name) => Object.hasOwn(key, name)))(context).map(
        (hit) => ({ ...hit, severity }),
      )
    },
  },
  {
    id: 'key-symmetric',
    area: 'keys',
    severity: 'error',
    title: 'A shared secret',
    why: 'Whoever has read it can sign. In a key set it is published, and beside public keys it invites confusion.',
    remedy: 'Replace it; keep secrets out of key sets.',
    reference: 'RFC 8725 3.1, CWE-522',
    check: (context) => {
      const severity = context.isSet ? 'error' : 'warning'
      const hits = ofKeys((key) => (key['kty'] === 'oct' ? 'k' : undefined))(context)
      return hits.map((hit) => ({ ...hit, severity }))
    },
  },
  {
    id: 'key-secret-short',
    area: 'keys',
    severity: 'error',
    title: 'A secret below 256 bits',
    why: 'Whoever has one token can try secrets at home, billions a second.',
    remedy: 'Use 32 random bytes, or as many as the hash is long.',
    reference: 'RFC 7518 3.2, RFC 8725 3.5',
    check: ofKeys((key) => {
      const isShort = key['kty'] === 'oct' && (findBytes(key, 'k')?.length ?? 0) < 32
      return isShort ? 'k' : undefined
    }),
  },
  {
    id: 'key-type-unknown',
    area: 'keys',
    severity: 'warning',
    title: 'A key without a type, or of an unknown one',
    why: 'Verifiers skip it or fail on the whole set.',
    remedy: 'Write kty: RSA, EC or OKP.',
    reference: 'RFC 7517 4.1, 5',
    check: ofKeys((key) => (KNOWN_TYPES.includes(findText(key, 'kty') ?? '') ? undefined : 'kty')),
  },
  {
    id: 'key-rsa-small',
    area: 'keys',
    severity: 'error',
    title: 'An RSA key below 2048 bits',
    why: 'Its factors can be found, and then everybody can sign.',
    remedy: 'Use 2048 bits or more, or ES256.',
    reference: 'RFC 7518 3.3, NIST SP 800-131A, CVE-2026-102274',
    check: ofRsa((n) => bitLength(n) < MIN_MODULUS_BITS),
  },
  {
    id: 'key-rsa-large',
    area: 'keys',
    severity: 'warning',
    title: 'An RSA key above 16384 bits',
    why: 'Checking takes so long that a few tokens stop a server; OpenSSL refuses it.',
    remedy: 'Use 2048 to 4096 bits.',
    reference: 'CWE-400',
    check: ofRsa((n) => bitLength(n) > MAX_MODULUS_BITS),
  },
  {
    id: 'key-rsa-modulus',
    area: 'keys',
    severity: 'error',
    title: 'An RSA modulus that no honest generator makes',
    why: 'An even one has the factor two, and one with the marks of ROCA is factored in hours.',
    remedy: 'Replace the key.',
    reference: 'CVE-2017-15361',
    check: ofRsa((n) => n.length > 0 && (isEven(n) || isRoca(n))),
  },
  {
    id: 'key-rsa-exponent',
    area: 'keys',
    severity: 'error',
    title: 'An RSA exponent that is even, or below three',
    why: 'With one every text is its own signature; with an even one there is no signature.',
    remedy: 'Use 65537.',
    reference: 'RFC 8017 3.1',
    check: ofKeys((key) => {
      const e = key['kty'] === 'RSA' ? findBytes(key, 'e') : null
      return e !== null && (e.length === 0 || isEven(e) || bitLength(e) < 2) ? 'e' : undefined
    }),
  },
  {
    id: 'key-coordinate-length',
    area: 'keys',
    severity: 'error',
    title: 'A coordinate of the wrong length',
    why: 'It must have its full length, with leading zeros; verifiers differ about others.',
    remedy: 'Write coordinates with fixed length.',
    reference: 'RFC 7518 6.2.1.2, RFC 8037 2',
    check: ofKeys((key) => {
      const due = COORDINATE_BYTES.get(findText(key, 'crv') ?? '')
      return due === undefined
        ? undefined
        : ['x', 'y'].find((name) => (findBytes(key, name)?.length ?? due) !== due)
    }),
  },
  {
    id: 'key-not-base64url',
    area: 'keys',
    severity: 'error',
    title: 'A number that is not canonical base64url',
    why: 'Libraries read two different keys, or none.',
    remedy: 'Encode without padding, and without zeros before RSA numbers.',
    reference: 'RFC 7518 2, 6.3.1.1',
    check: ofKeys((key) =>
      NUMBERS.find((name) => {
        const text = findText(key, name)
        return text !== null && readBase64url(text).problems.length > 0
      }),
    ),
  },
  {
    id: 'key-algorithm-mismatch',
    area: 'keys',
    severity: 'error',
    title: 'A key whose algorithm is not for its type',
    why: 'Libraries that believe one of both use the key for what it is not.',
    remedy: 'Write the algorithm that the key signs with.',
    reference: 'RFC 7517 4.4, RFC 8725 3.1',
    check: ofKeys((key) => (isMismatch(key) ? 'alg' : undefined)),
  },
  {
    id: 'key-algorithm-missing',
    area: 'keys',
    severity: 'warning',
    title: 'A key that does not say its algorithm',
    why: 'Then the token says it, which is how one key is used in ways that nobody meant.',
    remedy: 'Write alg.',
    reference: 'RFC 8725 3.1, CVE-2026-22817',
    check: ofKeys((key) => (key['use'] !== 'enc' && key['alg'] === undefined ? 'alg' : undefined)),
  },
  {
    id: 'key-id-duplicate',
    area: 'keys',
    severity: 'error',
    title: 'Two keys with one id',
    why: 'Which of them is meant depends on who looks.',
    remedy: 'Give each key its thumbprint as kid.',
    reference: 'RFC 7517 4.5, CVE-2026-102275',
    check: (context) => {
      const seen = new Set<string>()
      return context.numbered.flatMap(({ key, at }): readonly Hit[] => {
        const kid = findText(key, 'kid')
        if (kid === null) return []
        const isSeen = seen.has(kid)
        seen.add(kid)
        return hitIf(isSeen, { at: [...at, 'kid'] })
      })
    },
  },
  {
    id: 'key-id-missing',
    area: 'keys',
    severity: 'warning',
    title: 'A key without an id, among several',
    why: 'Tokens cannot say which it is; verifiers try them all, or refuse.',
    remedy: 'Give each key its thumbprint as kid.',
    reference: 'RFC 7517 4.5, RFC 7638',
    check: (context) =>
      context.keys.length < 2
        ? []
        : ofKeys((key) => (typeof key['kid'] === 'string' ? undefined : 'kid'))(context),
  },
  {
    id: 'key-use-missing',
    area: 'keys',
    severity: 'info',
    title: 'A key that does not say what it is for',
    why: 'Libraries use it to verify and to encrypt.',
    remedy: 'Write use: sig.',
    reference: 'RFC 7517 4.2, 4.3',
    check: ofKeys((key) =>
      key['use'] === undefined && key['key_ops'] === undefined ? 'use' : undefined,
    ),
  },
  {
    id: 'key-use-contradicts',
    area: 'keys',
    severity: 'error',
    title: 'A key that is for encryption, with an algorithm that signs',
    why: 'Verifiers that do not look at use accept what it signs.',
    remedy: 'Keep one key for one purpose.',
    reference: 'RFC 7517 4.2, 4.3',
    check: ofKeys((key) => {
      const signs = SIGNATURE_ALGORITHMS.has(findText(key, 'alg') ?? '')
      const ops = key['key_ops']
      const isForEncryption = Array.isArray(ops) && !ops.includes('verify') && !ops.includes('sign')
      if (!signs) return undefined
      return key['use'] === 'enc' ? 'use' : isForEncryption ? 'key_ops' : undefined
    }),
  },
]

/** One hit for each key of which the question names a member. */
function ofKeys(find: (key: JsonObject) => string | undefined): Rule<KeyContext>['check'] {
  return (context) =>
    context.numbered.flatMap(({ key, at }): readonly Hit[] => {
      const name = find(key)
      return name === undefined ? [] : [{ at: [...at, name] }]
    })
}

function ofRsa(isFound: (modulus: Uint8Array) => boolean): Rule<KeyContext>['check'] {
  return ofKeys((key) => {
    const n = key['kty'] === 'RSA' ? findBytes(key, 'n') : null
    return n !== null && isFound(n) ? 'n' : undefined
  })
}

function isMismatch(key: JsonObject): boolean {
  const alg = findText(key, 'alg') ?? ''
  const facts = SIGNATURE_ALGORITHMS.get(alg)
  if (facts === undefined) return false
  const curves = CURVES.get(alg)
  if (TYPES[facts.family] !== key['kty']) return true
  return curves !== undefined && !curves.includes(findText(key, 'crv') ?? '')
}

function isEven(bytes: Uint8Array): boolean {
  return ((bytes.at(-1) ?? 0) & 1) === 0
}

/** Larger ones would take long, and are refused for that already. */
function isRoca(bytes: Uint8Array): boolean {
  if (bitLength(bytes) > MAX_MODULUS_BITS) return false
  let modulus = 0n
  for (const byte of bytes) modulus = (modulus << 8n) | BigInt(byte)
  return modulus > 0n && isRocaModulus(modulus)
}

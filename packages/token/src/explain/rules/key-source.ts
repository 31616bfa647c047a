// Where a verifier is told to take its key from. Every one of these has been followed by somebody.
import { findText, isObject, type TokenContext } from '../context.ts'
import type { JsonObject } from '../read/token.ts'
import { hitIf, ofHeader, type Rule } from './rule.ts'

const LOOK_UP =
  'Look the kid up by exact match in the keys of the issuer that you expect, and in nothing else.'
const IGNORE = 'Take keys only from the issuer that you configured. Never follow what a token says.'
const AT_KID = { at: ['header', 'kid'] }
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const PROTOTYPE_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'tostring',
  'valueof',
  'hasownproperty',
]
const MAX_KID = 256

type KidRule = Pick<Rule<TokenContext>, 'id' | 'title' | 'why' | 'reference' | 'severity'> & {
  readonly found: (kid: string) => boolean
}

const KID_RULES: readonly KidRule[] = [
  {
    id: 'kid-looks-like-path',
    severity: 'error',
    title: 'The key id looks like a path of a file',
    why: 'Code that reads the key from a file of that name reads a file that the attacker knows, such as an empty one.',
    reference: 'RFC 8725 3.10, CWE-22',
    found: (kid) =>
      /(?:^|[\\/])\.\.?(?:[\\/]|$)|^[\\/~]|^[a-z]:\\|\.(?:pem|key|der|crt|txt)$/i.test(
        withoutPercent(kid),
      ),
  },
  {
    id: 'kid-looks-like-sql',
    severity: 'error',
    title: 'The key id looks like a piece of SQL or of a query',
    why: 'Code that puts it into a query lets the attacker choose the key.',
    reference: 'RFC 8725 3.10, CWE-89, CWE-943',
    found: (kid) =>
      /['"`;]|--\s|\/\*|\bunion\s+(?:all\s+)?select\b|\bselect\s|\$(?:ne|gt|where|regex)\b/i.test(
        kid,
      ),
  },
  {
    id: 'kid-looks-like-command',
    severity: 'error',
    title: 'The key id looks like a command',
    why: 'Code that hands it to a shell runs it.',
    reference: 'RFC 8725 3.10, CWE-78',
    found: (kid) => /[|`<>&]|\$[({]/.test(kid),
  },
  {
    id: 'kid-looks-like-url',
    severity: 'error',
    title: 'The key id is an address',
    why: 'Code that fetches the key from there asks the attacker for it, from inside your network.',
    reference: 'RFC 8725 3.10, CWE-918',
    found: (kid) => /^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(kid),
  },
  {
    id: 'kid-is-prototype-name',
    severity: 'error',
    title: 'The key id is a name that every object has',
    why: 'A lookup in a plain object finds something that is no key.',
    reference: 'CWE-1321, CVE-2025-65945',
    found: (kid) => PROTOTYPE_NAMES.includes(kid.toLowerCase()),
  },
  {
    id: 'kid-control-characters',
    severity: 'error',
    title: 'The key id has control characters',
    why: 'They forge lines of logs and cut texts short.',
    reference: 'CWE-117, CWE-158',
    found: (kid) => /\p{Cc}/u.test(kid),
  },
  {
    id: 'kid-long',
    severity: 'warning',
    title: 'The key id is very long',
    why: 'A name of a key needs no more than a thumbprint has; what is longer is looked up slowly or is something else.',
    reference: 'RFC 8725 3.10',
    found: (kid) => kid.length > MAX_KID,
  },
]

export const KEY_SOURCE_RULES: readonly Rule<TokenContext>[] = [
  ...KID_RULES.map(
    ({ found, ...words }): Rule<TokenContext> => ({
      ...words,
      area: 'key-source',
      remedy: LOOK_UP,
      check: ofHeader((header) => {
        const kid = findText(header, 'kid')
        return hitIf(kid !== null && found(kid), AT_KID)
      }),
    }),
  ),
  {
    id: 'kid-missing',
    area: 'key-source',
    severity: 'info',
    title: 'No key id',
    why: 'With several keys, as during a rotation, verifiers have to try them all or refuse.',
    remedy: 'Name the key that signed.',
    reference: 'RFC 7515 4.1.4',
    check: ofHeader((header, { kind }) =>
      hitIf(kind !== 'dpop-proof' && !Object.hasOwn(header, 'kid') && !namesCertificate(header), {
        at: ['header'],
      }),
    ),
  },
  {
    id: 'kid-not-text',
    area: 'key-source',
    severity: 'error',
    title: 'The key id is no text, or an empty one',
    why: 'Lookups that convert it find another key than was meant, or none and go on.',
    remedy: LOOK_UP,
    reference: 'RFC 7515 4.1.4',
    check: ofHeader((header) => {
      const kid = header['kid']
      return hitIf(kid !== undefined && (typeof kid !== 'string' || kid === ''), AT_KID)
    }),
  },
  {
    id: 'jku-present',
    area: 'key-source',
    severity: 'error',
    title: 'The token says where its keys are to be fetched',
    why: 'Whoever follows it checks a forged token with the forger’s key, and sends requests where the forger wants.',
    remedy: IGNORE,
    reference: 'RFC 8725 3.10, CWE-918',
    check: ofHeader((header) => hitIf(Object.hasOwn(header, 'jku'), { at: ['header', 'jku'] })),
  },
  {
    id: 'x5u-present',
    area: 'key-source',
    severity: 'error',
    title: 'The token says where its certificate is to be fetched',
    why: 'Whoever follows it checks a forged token with the forger’s certificate.',
    remedy: IGNORE,
    reference: 'RFC 8725 3.10, CWE-918',
    check: ofHeader((header) => hitIf(Object.hasOwn(header, 'x5u'), { at: ['header', 'x5u'] })),
  },
  {
    id: 'jwk-embedded',
    area: 'key-source',
    severity: 'error',
    title: 'The token brings its own key',
    why: 'A signature that holds with it proves nothing: anybody can put a key into a token.',
    remedy: IGNORE,
    reference: 'RFC 8725 3.10, CVE-2018-0114',
    check: ofHeader((header, { kind }) =>
      hitIf(Object.hasOwn(header, 'jwk') && kind !== 'dpop-proof', { at: ['header', 'jwk'] }),
    ),
  },
  {
    id: 'jwk-private',
    area: 'key-source',
    severity: 'error',
    title: 'The key in the header is a private one or a secret',
    why: 'Everybody who sees the token can now sign with it.',
    remedy: 'Replace the key, and put public members alone into tokens.',
    reference: 'RFC 7515 4.1.3, RFC 9449 4.2, CWE-522',
    check: ofHeader((header) => {
      const jwk = header['jwk']
      if (!isObject(jwk)) return []
      const member = PRIVATE_MEMBERS.find((name) => Object.hasOwn(jwk, name))
      return member === undefined ? [] : [{ at: ['header', 'jwk', member] }]
    }),
  },
  {
    id: 'x5c-present',
    area: 'key-source',
    severity: 'warning',
    title: 'The token brings its own certificate',
    why: 'It proves something only to who checks the whole chain to an authority they chose, and the name in it.',
    remedy: IGNORE,
    reference: 'RFC 8725 3.10, RFC 7515 4.1.6',
    check: ofHeader((header) => hitIf(Object.hasOwn(header, 'x5c'), { at: ['header', 'x5c'] })),
  },
]

/** Dots and slashes in percent encoding, also when that is encoded once more. */
function withoutPercent(kid: string): string {
  return kid
    .replace(/%(?:25)*2e/gi, '.')
    .replace(/%(?:25)*2f/gi, '/')
    .replace(/%(?:25)*5c/gi, '\\')
}

function namesCertificate(header: JsonObject): boolean {
  return Object.hasOwn(header, 'x5t') || Object.hasOwn(header, 'x5t#S256')
}

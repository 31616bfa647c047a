// Ways for key material to come in. Each function's name says what it parses; a text is never
// guessed to be a key. All end in the same strength check and in a Key bound to one algorithm.
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { decodeBase64url } from '../bytes/base64url.ts'
import { KeyError } from '../errors.ts'
import { type Algorithm, getAlgorithmSpec, isAlgorithm } from '../jws/algorithms.ts'
import { checkOptionNames } from '../option-names.ts'
import { Key } from './key.ts'
import { isConsistentRsa } from './rsa-numbers.ts'
import { checkStrength } from './strength.ts'

export interface KeyOptions {
  readonly algorithm: Algorithm
  /** Travels in the header of every token that the key signs. */
  readonly kid?: string
}

export interface ImportJwkOptions {
  /** Needed when the JWK has no `alg`; an error when it has another one. */
  readonly algorithm?: Algorithm
  /** Replaces the `kid` of the JWK. */
  readonly kid?: string
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['algorithm', 'kid'])

/** Public members in the order of RFC 7638, then private ones; nothing else is read. */
const MEMBERS: Record<string, { public: readonly string[]; private: readonly string[] }> = {
  oct: { public: [], private: ['k'] },
  RSA: { public: ['n', 'e'], private: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  EC: { public: ['crv', 'x', 'y'], private: ['d'] },
  OKP: { public: ['crv', 'x'], private: ['d'] },
}

/**
 * A key from a JSON Web Key (already parsed). `use` and `key_ops`, where present, must allow
 * signatures. Certificates in it (`x5c`, `x5u`) are not looked at. A private RSA key needs all its
 * factors; one with `oth` is refused.
 *
 * @throws KeyError any code but `key_duplicate` and `key_set_mixed`
 * @throws TypeError for wrong options
 * @see RFC 7517, RFC 7518 6, RFC 8037 2
 */
export function importJwk(jwk: unknown, options: ImportJwkOptions = {}): Key {
  checkOptionNames(options, OPTION_NAMES, 'importJwk')
  const members = readMembers(jwk)
  const kid = readKid(options.kid ?? members['kid'])
  const algorithm = readAlgorithm({ found: members['alg'], wanted: options.algorithm, kid })
  const names = typeof members['kty'] === 'string' ? MEMBERS[members['kty']] : undefined
  if (names === undefined) throw new KeyError('key_unsupported', 'unknown kty', { kid })
  if (members['kty'] !== getAlgorithmSpec(algorithm).kty) {
    throw new KeyError('key_algorithm_mismatch', `the key does not fit ${algorithm}`, { kid })
  }
  checkUse({ members, kid })
  const keyObject = createFromMembers({ members, names, kid, algorithm })
  checkStrength({ keyObject, algorithm, kid })
  checkPair({ keyObject, algorithm, kid })
  return new Key({ algorithm, kid, keyObject })
}

/**
 * A symmetric key from random bytes: at least 32, 48 or 64 for HS256, HS384, HS512. A password is
 * not a key. The bytes are copied.
 *
 * @throws KeyError `key_too_small`, `key_weak`
 */
export function secretKey(bytes: Uint8Array, options: KeyOptions): Key {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('secretKey: the secret must be bytes')
  if (bytes.length === 0) {
    throw new KeyError('key_too_small', 'the secret is empty', { kid: options.kid })
  }
  return importKeyObject(createSecretKey(bytes), options)
}

/**
 * A key from a KeyObject of node:crypto.
 *
 * @throws KeyError `key_algorithm_mismatch`, `key_too_small`, `key_weak`, `key_inconsistent`
 */
export function importKeyObject(keyObject: KeyObject, options: KeyOptions): Key {
  checkOptionNames(options, OPTION_NAMES, 'importKeyObject')
  if (!(keyObject instanceof KeyObject)) throw new TypeError('importKeyObject: not a KeyObject')
  const { algorithm } = options
  if (!isAlgorithm(algorithm)) throw new TypeError('importKeyObject: unknown algorithm')
  const kid = readKid(options.kid)
  checkStrength({ keyObject, algorithm, kid })
  checkPair({ keyObject, algorithm, kid })
  return new Key({ algorithm, kid, keyObject })
}

function readMembers(jwk: unknown): Readonly<Record<string, unknown>> {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) {
    throw new KeyError('key_malformed', 'a JWK is an object')
  }
  // Own members alone, and none of Object.prototype's names by accident.
  return Object.assign(Object.create(null), jwk)
}

function readKid(kid: unknown): string | undefined {
  if (kid === undefined) return undefined
  if (typeof kid !== 'string' || kid === '' || kid.length > 256) {
    throw new KeyError('key_malformed', 'kid is not a text of 1 to 256 characters')
  }
  return kid
}

function readAlgorithm(question: {
  found: unknown
  wanted: Algorithm | undefined
  kid: string | undefined
}): Algorithm {
  const { found, wanted, kid } = question
  if (wanted !== undefined && !isAlgorithm(wanted)) {
    throw new TypeError('importJwk: unknown algorithm')
  }
  if (found === undefined) {
    if (wanted !== undefined) return wanted
    throw new KeyError('key_algorithm_missing', 'the JWK has no alg and none was given', { kid })
  }
  if (!isAlgorithm(found)) {
    throw new KeyError('key_unsupported', 'the JWK names an unknown alg', { kid })
  }
  if (wanted !== undefined && wanted !== found) {
    throw new KeyError('key_algorithm_mismatch', `the JWK is bound to ${found}, not ${wanted}`, {
      kid,
    })
  }
  return found
}

interface JwkQuestion {
  readonly members: Readonly<Record<string, unknown>>
  readonly kid: string | undefined
}

function checkUse({ members, kid }: JwkQuestion): void {
  const { use, key_ops: operations } = members
  if (use !== undefined && use !== 'sig') {
    throw new KeyError('key_use_refused', 'use is not "sig"', { kid })
  }
  if (operations === undefined) return
  const needed = Object.hasOwn(members, 'd') ? 'sign' : 'verify'
  if (
    !Array.isArray(operations) ||
    new Set(operations).size !== operations.length ||
    !(operations.includes(needed) || (members['kty'] === 'oct' && operations.includes('sign')))
  ) {
    throw new KeyError('key_use_refused', `key_ops does not have "${needed}"`, { kid })
  }
}

interface MembersQuestion extends JwkQuestion {
  readonly names: { public: readonly string[]; private: readonly string[] }
  readonly algorithm: Algorithm
}

function createFromMembers({ members, names, kid, algorithm }: MembersQuestion): KeyObject {
  const read = (name: string) => readMember({ members, name, kid, algorithm })
  const kty = String(members['kty'])
  if (kty === 'oct') {
    const bytes = read('k').bytes
    if (bytes.length === 0) throw new KeyError('key_too_small', 'the secret is empty', { kid })
    return createSecretKey(bytes)
  }
  const publicJwk: Record<string, string> = { kty }
  for (const name of names.public) publicJwk[name] = read(name).text
  const isPrivate = names.private.some((name) => Object.hasOwn(members, name))
  if (!isPrivate) return create(() => createPublicKey({ key: publicJwk, format: 'jwk' }), kid)
  if (kty === 'RSA' && members['oth'] !== undefined) {
    throw new KeyError('key_unsupported', 'RSA keys with more than two factors', { kid })
  }
  const privateJwk = { ...publicJwk }
  for (const name of names.private) privateJwk[name] = read(name).text
  if (kty === 'RSA' && !isConsistentRsa(privateJwk)) {
    throw new KeyError('key_inconsistent', 'its numbers do not belong together', { kid })
  }
  const keyObject = create(() => createPrivateKey({ key: privateJwk, format: 'jwk' }), kid)
  const stated = create(() => createPublicKey({ key: publicJwk, format: 'jwk' }), kid)
  if (!createPublicKey(keyObject).equals(stated)) {
    throw new KeyError('key_inconsistent', 'the private half belongs to another public key', {
      kid,
    })
  }
  return keyObject
}

function readMember(question: {
  members: Readonly<Record<string, unknown>>
  name: string
  kid: string | undefined
  algorithm: Algorithm
}): { text: string; bytes: Buffer } {
  const { members, name, kid, algorithm } = question
  const value = members[name]
  if (typeof value !== 'string') {
    throw new KeyError('key_malformed', `member ${name} is missing or not text`, { kid })
  }
  const spec = getAlgorithmSpec(algorithm)
  if (name === 'crv') {
    const fits = spec.family === 'ec' ? value === spec.curve : isOkpCurve(value, algorithm)
    if (fits) return { text: value, bytes: Buffer.alloc(0) }
    throw new KeyError('key_algorithm_mismatch', `the curve does not fit ${algorithm}`, { kid })
  }
  const bytes = decodeBase64url(value)
  if (bytes === null) {
    throw new KeyError('key_malformed', `member ${name} is not canonical base64url`, { kid })
  }
  if (spec.family === 'ec' && bytes.length !== spec.coordinateBytes) {
    throw new KeyError('key_malformed', `member ${name} has the wrong length`, {
      kid,
      found: `${bytes.length} bytes`,
      needed: `${spec.coordinateBytes} bytes`,
    })
  }
  if (spec.family === 'rsa' && (bytes.length === 0 || bytes[0] === 0)) {
    throw new KeyError('key_malformed', `member ${name} is not a minimal number`, { kid })
  }
  return { text: value, bytes }
}

function isOkpCurve(value: string, algorithm: Algorithm): boolean {
  const spec = getAlgorithmSpec(algorithm)
  return spec.family === 'okp' && spec.curves.some((curve) => curve === value)
}

function create(make: () => KeyObject, kid: string | undefined): KeyObject {
  try {
    return make()
  } catch (cause) {
    throw new KeyError('key_malformed', 'the members do not make a key', { kid, cause })
  }
}

/** Signs once: a private key whose parts do not fit would otherwise fail at the first login. */
function checkPair(pair: { keyObject: KeyObject; algorithm: Algorithm; kid: string | undefined }) {
  const { keyObject, algorithm, kid } = pair
  if (keyObject.type !== 'private') return
  const { hash } = getAlgorithmSpec(algorithm)
  const probe = Buffer.from('signet')
  let fits: boolean
  try {
    fits = verify(hash, probe, createPublicKey(keyObject), sign(hash, probe, keyObject))
  } catch {
    fits = false
  }
  if (!fits) throw new KeyError('key_inconsistent', 'its private and public half differ', { kid })
}

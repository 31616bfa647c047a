import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { type Key, materialOf } from '../jwk/key.ts'
import { createTextSigner } from '../jws/signature.ts'
import { isNumericDate } from './claims.ts'
import {
  checkRegisteredClaims,
  parseSignOptions,
  type SignOptions,
  type SignRules,
} from './sign-options.ts'

const isEnumerable = Object.prototype.propertyIsEnumerable

/**
 * A signed token. `iat` is now unless the claims have one; `exp` comes from `expiresIn` or from
 * the claims, and a token without it is an error. A claim that is also an option is an error too.
 * Nothing is signed that `verify` would refuse for its form.
 *
 * @throws TypeError for claims, options or a key that will not do
 */
export function sign(
  claims: Readonly<Record<string, unknown>>,
  key: Key,
  options: SignOptions,
): string {
  return createSigner(key, options)(claims)
}

/** `sign` with key and options resolved once, for hot paths. */
export function createSigner(
  key: Key,
  options: SignOptions,
): (claims: Readonly<Record<string, unknown>>) => string {
  const encode = createEncoder(key, options)
  const signText = createTextSigner(key)
  return (claims) => {
    const signingInput = encode(claims)
    return `${signingInput}.${signText(signingInput)}`
  }
}

/** What is to be signed: header and payload, encoded. */
export function createEncoder(
  key: Key,
  options: SignOptions,
): (claims: Readonly<Record<string, unknown>>) => string {
  materialOf(key)
  if (key.kind === 'public') throw new TypeError('sign: a public key cannot sign')
  const rules = parseSignOptions(options)
  const header: Record<string, string> = { alg: key.algorithm }
  if (rules.type !== null) header['typ'] = rules.type
  if (key.kid !== undefined) header['kid'] = key.kid
  const prefix = `${encodeText(JSON.stringify(header))}.`
  const fixed = JSON.stringify(rules.claims).slice(1, -1)
  return (claims) => prefix + encodeClaims({ claims, rules, fixed })
}

interface Encoding {
  readonly claims: Readonly<Record<string, unknown>>
  readonly rules: SignRules
  /** The claims that the options give, as JSON members. */
  readonly fixed: string
}

// The members that the library adds are appended as text: merging objects costs several times
// what writing them does.
function encodeClaims({ claims, rules, fixed }: Encoding): string {
  checkClaims(claims, rules)
  let text = JSON.stringify(claims).slice(0, -1)
  const append = (members: string) => {
    text += text === '{' ? members : `,${members}`
  }
  if (fixed !== '') append(fixed)
  const stated = writtenTime(claims, 'iat')
  const iat = stated ?? Math.floor(rules.now())
  if (stated === undefined) append(`"iat":${readTime(iat)}`)
  if (rules.notBeforeSeconds !== null) append(`"nbf":${readTime(iat + rules.notBeforeSeconds)}`)
  if (rules.expiresInSeconds !== null) append(`"exp":${readTime(iat + rules.expiresInSeconds)}`)
  text += '}'
  if (!isPlain(claims, text)) checkVerifies(text)
  return encodeText(text)
}

/** @throws TypeError */
function checkClaims(claims: Readonly<Record<string, unknown>>, rules: SignRules): void {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new TypeError('sign: the claims must be an object')
  }
  if (claims['toJSON'] !== undefined) {
    throw new TypeError('sign: the claims must be plain, without a toJSON of their own')
  }
  for (const name of rules.addedNames) {
    if (claims[name] !== undefined) throw new TypeError(`sign: ${name} is given twice`)
  }
  checkRegisteredClaims(claims)
  const isEndless = rules.expiresInSeconds === null && writtenTime(claims, 'exp') === undefined
  if (isEndless && !rules.isExpiryOmitted) {
    throw new TypeError('sign: expiresIn or a claim exp is needed')
  }
}

/** A time that JSON.stringify will write: an inherited or hidden one would be lost in silence. */
function writtenTime(
  claims: Readonly<Record<string, unknown>>,
  name: 'iat' | 'exp',
): number | undefined {
  return isEnumerable.call(claims, name) ? (claims[name] as number | undefined) : undefined
}

function readTime(seconds: number): number {
  if (!isNumericDate(seconds)) throw new TypeError('sign: the clock or a duration is out of range')
  return seconds
}

function encodeText(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}

/**
 * True when nothing in what JSON.stringify wrote could be refused: it never writes a member twice,
 * so only nesting, a member `__proto__` and a lone surrogate are left.
 */
function isPlain(claims: Readonly<Record<string, unknown>>, text: string): boolean {
  for (const name in claims) {
    const member = claims[name]
    if (typeof member === 'object' && member !== null && !isListOfTexts(member)) return false
  }
  return !text.includes('__proto__') && !text.includes('\\ud')
}

function isListOfTexts(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function checkVerifies(text: string): void {
  try {
    parseJsonObject(Buffer.from(text, 'utf8'))
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new TypeError(`sign: the claims would not verify: ${error.message}`)
  }
}

import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { type Key, materialOf } from '../jwk/key.ts'
import { createTextSigner } from '../jws/signature.ts'
import { isNumericDate } from './claims.ts'
import {
  checkRegisteredClaims,
  parseSignOptions,
  type SignOptions,
  type SignRules,
  type UncheckedClaims,
} from './sign-options.ts'

const isEnumerable = Object.prototype.propertyIsEnumerable

/**
 * A signed token. `iat` is now unless the claims have one; `exp` comes from `expiresIn` or from
 * the claims, and a token without it is an error. A claim that is also an option is an error too.
 * Nothing is signed that `verify` would refuse for its form.
 *
 * @throws TypeError for claims, options or a key that will not do
 */
export function sign(claims: UncheckedClaims, key: Key, options: SignOptions): string {
  return createSigner(key, options)(claims)
}

/** `sign` with key and options resolved once, for hot paths. */
export function createSigner(key: Key, options: SignOptions): (claims: UncheckedClaims) => string {
  const encode = createEncoder(key, options)
  const signText = createTextSigner(key)
  return (claims) => {
    const signingInput = encode(claims)
    return `${signingInput}.${signText(signingInput)}`
  }
}

/** What is to be signed: header and payload, encoded. */
export function createEncoder(key: Key, options: SignOptions): (claims: UncheckedClaims) => string {
  materialOf(key)
  if (key.kind === 'public') throw new TypeError('sign: a public key cannot sign')
  const rules = parseSignOptions(options)
  const header: Record<string, string> = { alg: key.algorithm }
  if (rules.type !== null) header['typ'] = rules.type
  if (key.kid !== undefined) header['kid'] = key.kid
  const prefix = `${encodeText(JSON.stringify(header))}.`
  const given = JSON.stringify(rules.claims)
  const fixed = given === '{}' ? '' : `,${given.slice(1, -1)}`
  return (claims) => prefix + encodeClaims({ claims, rules, fixed })
}

interface Encoding {
  readonly claims: UncheckedClaims
  readonly rules: SignRules
  /** The claims that the options give, as JSON members, each behind a comma. */
  readonly fixed: string
}

// The members that the library adds are appended as text: merging objects costs several times
// what writing them does.
function encodeClaims({ claims, rules, fixed }: Encoding): string {
  checkClaims(claims, rules)
  const { expiresInSeconds, notBeforeSeconds } = rules
  const isDated = isWritten(claims, claims.iat, 'iat')
  const iat = isDated ? (claims.iat as number) : Math.floor(rules.now())
  let added = fixed
  if (!isDated) added += `,"iat":${readTime(iat)}`
  if (notBeforeSeconds !== null) added += `,"nbf":${readTime(iat + notBeforeSeconds)}`
  if (expiresInSeconds !== null) added += `,"exp":${readTime(iat + expiresInSeconds)}`
  const stated = JSON.stringify(claims)
  const opened = stated === '{}' ? `{${added.slice(1)}` : stated.slice(0, -1) + added
  const text = `${opened}}`
  if (!isPlain(claims, text)) checkVerifies(text)
  return encodeText(text)
}

/** @throws TypeError */
function checkClaims(claims: UncheckedClaims, rules: SignRules): void {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new TypeError('sign: the claims must be an object')
  }
  if (claims.toJSON !== undefined) {
    throw new TypeError('sign: the claims must be plain, without a toJSON of their own')
  }
  const { claims: given, expiresInSeconds, notBeforeSeconds } = rules
  checkOnce(claims.iss, given.iss, 'iss')
  checkOnce(claims.aud, given.aud, 'aud')
  checkOnce(claims.sub, given.sub, 'sub')
  checkOnce(claims.jti, given.jti, 'jti')
  checkOnce(claims.nbf, notBeforeSeconds ?? undefined, 'nbf')
  checkOnce(claims.exp, expiresInSeconds ?? undefined, 'exp')
  checkRegisteredClaims(claims)
  const isEndless = expiresInSeconds === null && !isWritten(claims, claims.exp, 'exp')
  if (isEndless && !rules.isExpiryOmitted) {
    throw new TypeError('sign: expiresIn or a claim exp is needed')
  }
}

function checkOnce(stated: unknown, given: unknown, name: string): void {
  if (stated !== undefined && given !== undefined) {
    throw new TypeError(`sign: ${name} is given twice`)
  }
}

/** Whether JSON.stringify will write it: an inherited or hidden time would be lost in silence. */
function isWritten(claims: UncheckedClaims, value: unknown, name: string): boolean {
  return value !== undefined && isEnumerable.call(claims, name)
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
function isPlain(claims: UncheckedClaims, text: string): boolean {
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

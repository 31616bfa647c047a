import { getScratch, SCRATCH_START } from '../bytes/scratch.ts'
import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { type Key, materialOf } from '../jwk/key.ts'
import { createPayloadSigner } from '../jws/signature.ts'
import { isNumericDate } from './claims.ts'
import {
  checkRegisteredClaims,
  parseSignOptions,
  type SignOptions,
  type SignRules,
  type UncheckedClaims,
} from './sign-options.ts'

const CLOSING_BRACE = 0x7d

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
  const { header, encode } = createEncoder(key, options)
  const signPayload = createPayloadSigner(key, header)
  return (claims) => {
    const payload = encode(claims)
    return `${header}${payload}.${signPayload(payload)}`
  }
}

export interface Encoder {
  /** In base64url, with its dot. */
  readonly header: string
  /** The payload in base64url; its length is not checked. */
  readonly encode: (claims: UncheckedClaims) => string
}

/** What is to be signed, from key, options and claims. */
export function createEncoder(key: Key, options: SignOptions): Encoder {
  materialOf(key)
  if (key.kind === 'public') throw new TypeError('sign: a public key cannot sign')
  const rules = parseSignOptions(options)
  const header: Record<string, string> = { alg: key.algorithm }
  if (rules.type !== null) header['typ'] = rules.type
  if (key.kid !== undefined) header['kid'] = key.kid
  const fixed = encodeFixed(rules.claims)
  const membersAt = createMembersAt(rules, fixed)
  return {
    header: `${Buffer.from(JSON.stringify(header)).toString('base64url')}.`,
    encode: (claims) => {
      checkClaims(claims, rules)
      const added = isWritten(claims, claims.iat, 'iat')
        ? fixed + encodeTimes(claims.iat as number, rules)
        : membersAt(Math.floor(rules.now()))
      return encodeClaims(claims, added)
    },
  }
}

/** The claims that the options give, as JSON members, each behind a comma. */
function encodeFixed(claims: UncheckedClaims): string {
  const given = JSON.stringify(claims)
  if (!isPlain(claims, given)) checkVerifies(given)
  return given === '{}' ? '' : `,${given.slice(1, -1)}`
}

/** What is added to claims without `iat`, kept because it is the same for a whole second. */
function createMembersAt(rules: SignRules, fixed: string): (iat: number) => string {
  let keptIat = Number.NaN
  let kept = ''
  return (iat) => {
    if (iat !== keptIat) {
      kept = `${fixed},"iat":${readTime(iat)}${encodeTimes(iat, rules)}`
      keptIat = iat
    }
    return kept
  }
}

function encodeTimes(iat: number, { notBeforeSeconds, expiresInSeconds }: SignRules): string {
  const nbf = notBeforeSeconds === null ? '' : `,"nbf":${readTime(iat + notBeforeSeconds)}`
  const exp = expiresInSeconds === null ? '' : `,"exp":${readTime(iat + expiresInSeconds)}`
  return nbf + exp
}

/**
 * The claims and behind them the members of `added`, each of which has a comma in front. Put
 * together as bytes: merging objects costs several times what writing them does, and joining texts
 * twice.
 */
function encodeClaims(claims: UncheckedClaims, added: string): string {
  const stated = JSON.stringify(claims)
  const rest = stated === '{}' ? added.slice(1) : added
  if (!isPlain(claims, stated)) checkVerifies(`${stated.slice(0, -1)}${rest}}`)
  // What has no room here is cut off, and even so is far too long for a token.
  const room = getScratch()
  let end = SCRATCH_START + room.write(stated, SCRATCH_START) - 1
  end += room.write(rest, end)
  room[end++] = CLOSING_BRACE
  return room.toString('base64url', SCRATCH_START, end)
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

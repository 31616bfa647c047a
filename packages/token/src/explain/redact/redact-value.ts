import { isObject } from '../context.ts'
import type { JsonValue } from '../explanation.ts'
import { plainName } from '../input/secret-names.ts'
import { privateKindOf } from '../privacy/private-content.ts'
import { privateKindOfValue } from '../privacy/private-values.ts'
import type { JsonObject } from '../read/token.ts'
import { type Placeholders, plainKindOf } from './placeholders.ts'

/** What reports of errors are about, and what says nothing about a person. */
const KEPT = new Set([
  'alg',
  'typ',
  'cty',
  'enc',
  'zip',
  'crit',
  'b64',
  'kid',
  'x5t',
  'x5t#S256',
  'p2c',
  'kty',
  'crv',
  'use',
  'iss',
  'aud',
  'exp',
  'nbf',
  'iat',
  'auth_time',
  'updated_at',
  'toe',
  'scope',
  'scp',
  'roles',
  'role',
  'permissions',
  'acr',
  'amr',
  'ver',
  'v',
  'version',
  'token_use',
  'token_type',
  'gty',
  'idtyp',
  'aal',
  'appidacr',
  'azpacr',
  'htm',
  'sign_in_provider',
  'sts',
  'method',
  'timestamp',
  'expires_in',
  'expiresIn',
  'tokenType',
  'refreshExpiresIn',
  'fva',
  'pla',
  'fea',
])
/** Ids and telephone numbers are larger. */
const SMALL_NUMBER = 10_000
/** Where small numbers say where somebody lives, or what only they know. */
const PRIVATE_NUMBERS = new Set([
  'zip',
  'zipcode',
  'postal',
  'postalcode',
  'postcode',
  'plz',
  'lat',
  'latitude',
  'lon',
  'lng',
  'long',
  'longitude',
  'pin',
  'ssn',
  'otp',
  'cvv',
  'cvc',
  'age',
  'salary',
])
/** Of these any text is kept: addresses and names that verifiers compare. */
const ADDRESSES = new Set(['iss', 'aud', 'kid', 'x5t', 'x5t#S256', 'typ', 'cty'])
const MAX_WORD = 64
const WORD = /^[\w.:/+*@#~|-]+$/
const SCOPES = new Set(['scope', 'scp'])
/** Numbers of cards, states and telephones, as people write them. */
const PRIVATE_DIGITS = /\d{3}-\d{2}-\d{4}|(?:\d[ -]?){7,}|@[a-z0-9-]+\./i

export interface Redacting {
  readonly placeholders: Placeholders
  /** Texts that are shown where they are kept, so that hiding them elsewhere hides nothing. */
  readonly shown: ReadonlySet<string>
}

export function redactObject(object: JsonObject, redacting: Redacting): JsonObject {
  const result: Record<string, JsonValue> = Object.create(null)
  for (const [name, value] of Object.entries(object)) {
    result[redactName(name, redacting)] = redactValue(name, value, redacting)
  }
  return result
}

/** The value of a member, or an item of a list under that name. */
function redactValue(name: string, value: JsonValue, redacting: Redacting): JsonValue {
  if (value === null || typeof value === 'boolean' || value === '') return value
  if (Array.isArray(value))
    return value.map((item: JsonValue) => redactValue(name, item, redacting))
  if (isObject(value)) return redactObject(value, redacting)
  if (typeof value === 'object') return value
  const isNumber = typeof value === 'number'
  // A number in a kept name is a time or a version.
  const isShown = isKept(name) && (isNumber ? !isPrivateNumber(name) : isPlainWord(name, value))
  const kind = isKept(name) ? privateKindOfValue(value) : privateKindOf(name, value)
  if (kind === null && (isShown || redacting.shown.has(String(value)))) return value
  if (kind === null && isNumber && Math.abs(value) < SMALL_NUMBER && !isPrivateNumber(name)) {
    return value
  }
  const { placeholders } = redacting
  const placeholder = placeholders.of(kind ?? plainKindOf(name, value), value)
  // What was a number stays one where nothing is said by it.
  return isNumber && kind === null ? Number(placeholder.split('-').at(-1)) : placeholder
}

/** Members can be named by a person: `{"ada@example.com": …}`. */
function redactName(name: string, { placeholders }: Redacting): string {
  const kind = privateKindOfValue(name)
  if (kind !== null) return placeholders.of(kind, name)
  const isAddress = /^https?:\/\//i.test(name)
  return !isAddress && PRIVATE_DIGITS.test(name) ? placeholders.of('text', name) : name
}

function isPrivateNumber(name: string): boolean {
  return PRIVATE_NUMBERS.has(plainName(name))
}

/** What a name that is kept is there for: a short word, or several where scopes stand. */
function isPlainWord(name: string, value: string): boolean {
  if (ADDRESSES.has(name)) return true
  const words = SCOPES.has(name) ? value.split(' ') : [value]
  return words.every(
    (word) =>
      word === '' ||
      (word.length < MAX_WORD && WORD.test(word) && !PRIVATE_DIGITS.test(word)) ||
      isAddress(word),
  )
}

/** Google and others name scopes and levels by addresses. */
function isAddress(word: string): boolean {
  return /^(?:https|urn|api):[\w./:#-]{1,160}$/.test(word)
}

function isKept(name: string): boolean {
  return KEPT.has(name)
}

/** The texts that `redactObject` will show. */
export function listShown(object: JsonObject, shown: Set<string>): void {
  for (const [name, value] of Object.entries(object)) {
    if (isObject(value)) listShown(value, shown)
    if (!isKept(name)) continue
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item !== 'string' || !isPlainWord(name, item)) continue
      if (privateKindOfValue(item) === null) shown.add(item)
    }
  }
}

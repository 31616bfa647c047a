import { type Algorithm, isAlgorithm } from '../jws/algorithms.ts'
import { checkOptionNames } from '../option-names.ts'
import type { ClaimRules } from './claims.ts'
import { isStandardSchema, type StandardSchema } from './standard-schema.ts'
import { normalizeType } from './type.ts'

export interface VerifyOptions {
  /** The exact `iss`, or several of which one must match. `null`: whichever issuer, or none. */
  readonly issuer: string | readonly string[] | null
  /** What `aud` must be or contain; of several, one suffices. `null`: anybody's token. */
  readonly audience: string | readonly string[] | null
  /**
   * What kind of token it must be (`typ`, RFC 8725 3.11), e.g. `'at+jwt'`. Letter case and a
   * leading `application/` make no difference. Default: `JWT` or no `typ` at all. `null` accepts
   * every kind.
   */
  readonly type?: string | null
  readonly subject?: string
  /** Narrows what the keys allow; never widens it. */
  readonly algorithms?: readonly Algorithm[]
  /** For clocks that differ, 0 to 60. Default 10. */
  readonly clockToleranceSeconds?: number
  /** Longest `exp - iat`; without `iat`, the longest time left. */
  readonly maxLifetimeSeconds?: number
  /** Longest time since `iat`, which is then required. */
  readonly maxAgeSeconds?: number
  /** Largest token, 64 to 65536. Default 8192. */
  readonly maxTokenBytes?: number
  /** Claims that must be there and not null, besides `exp`. */
  readonly requiredClaims?: readonly string[]
  /** Accepts tokens without `exp`, which are good for as long as the key is. */
  readonly dangerouslyAllowMissingExpiry?: boolean
  /** A Standard Schema validator. It sees the claims last, and what it makes of them is returned. */
  readonly claims?: StandardSchema
  /** Epoch seconds, possibly fractional. Default: the system's clock. */
  readonly now?: () => number
}

export interface VerifierOptions extends VerifyOptions {
  /**
   * How many accepted tokens to remember, up to 1,000,000; about 1 KB each. Default 0. With it,
   * header and claims are frozen throughout, since callers share them. A repetition still has its
   * times checked.
   */
  readonly cacheSize?: number
}

export interface VerifyRules extends ClaimRules {
  /** Normalised; `null` for any, `undefined` for the default. */
  readonly type: string | null | undefined
  readonly algorithms: readonly Algorithm[] | null
  readonly maxTokenBytes: number
  readonly schema: StandardSchema | null
  readonly cacheSize: number
  readonly now: () => number
}

const OPTION_NAMES: ReadonlySet<string> = new Set([
  'issuer',
  'audience',
  'type',
  'subject',
  'algorithms',
  'clockToleranceSeconds',
  'maxLifetimeSeconds',
  'maxAgeSeconds',
  'maxTokenBytes',
  'requiredClaims',
  'dangerouslyAllowMissingExpiry',
  'claims',
  'cacheSize',
  'now',
] satisfies (keyof VerifierOptions)[])

const DEFAULT_TOLERANCE_SECONDS = 10
const MAX_TOLERANCE_SECONDS = 60
const DEFAULT_TOKEN_BYTES = 8192
// A century: anything longer is a mistake in the unit.
const MAX_LIMIT_SECONDS = 36_525 * 86_400

const systemClock = (): number => Date.now() / 1000

/** @throws TypeError naming the option that is missing, unknown or out of range. */
export function parseVerifyOptions(options: VerifierOptions): VerifyRules {
  checkOptionNames(options, OPTION_NAMES, 'verify')
  const { now = systemClock, type, dangerouslyAllowMissingExpiry: allowMissing = false } = options
  if (typeof now !== 'function') throw new TypeError('verify: now must be a function')
  if (typeof allowMissing !== 'boolean') {
    throw new TypeError('verify: dangerouslyAllowMissingExpiry must be true or false')
  }
  if (type !== undefined && type !== null && (typeof type !== 'string' || type === '')) {
    throw new TypeError('verify: type must be text or null')
  }
  return {
    issuers: readExpected(options.issuer, 'issuer'),
    audiences: readExpected(options.audience, 'audience'),
    subject: readSubject(options.subject),
    type: typeof type === 'string' ? normalizeType(type) : type,
    algorithms: readAlgorithms(options.algorithms),
    toleranceSeconds: readNumber(options.clockToleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS, {
      name: 'clockToleranceSeconds',
      min: 0,
      max: MAX_TOLERANCE_SECONDS,
    }),
    maxTokenBytes: readNumber(options.maxTokenBytes ?? DEFAULT_TOKEN_BYTES, {
      name: 'maxTokenBytes',
      min: 64,
      max: 65_536,
    }),
    maxLifetimeSeconds: readLimit(options, 'maxLifetimeSeconds'),
    maxAgeSeconds: readLimit(options, 'maxAgeSeconds'),
    isExpiryRequired: !allowMissing,
    requiredClaims: readNames(options.requiredClaims ?? []),
    schema: readSchema(options.claims),
    cacheSize: readNumber(options.cacheSize ?? 0, { name: 'cacheSize', min: 0, max: 1_000_000 }),
    now,
  }
}

function readExpected(value: unknown, name: 'issuer' | 'audience'): readonly string[] | null {
  if (value === null) return null
  const values: unknown[] = Array.isArray(value) ? [...value] : [value]
  if (values.length === 0 || !values.every((one) => typeof one === 'string' && one !== '')) {
    throw new TypeError(`verify: ${name} is needed: a text, several texts, or null for any`)
  }
  return values as string[]
}

function readSchema(schema: unknown): StandardSchema | null {
  if (schema === undefined) return null
  if (isStandardSchema(schema)) return schema
  throw new TypeError('verify: claims must be a validator with the Standard Schema interface')
}

function readSubject(subject: unknown): string | null {
  if (subject === undefined) return null
  if (typeof subject !== 'string' || subject === '') {
    throw new TypeError('verify: subject must be text')
  }
  return subject
}

function readAlgorithms(algorithms: unknown): readonly Algorithm[] | null {
  if (algorithms === undefined) return null
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    throw new TypeError('verify: algorithms must be a list of known algorithms')
  }
  return [...algorithms]
}

function readNumber(value: unknown, limit: { name: string; min: number; max: number }): number {
  if (typeof value !== 'number' || !(value >= limit.min && value <= limit.max)) {
    throw new TypeError(`verify: ${limit.name} must be from ${limit.min} to ${limit.max}`)
  }
  return value
}

function readLimit(
  options: VerifyOptions,
  name: 'maxLifetimeSeconds' | 'maxAgeSeconds',
): number | null {
  const value = options[name]
  return value === undefined ? null : readNumber(value, { name, min: 1, max: MAX_LIMIT_SECONDS })
}

function readNames(names: unknown): readonly string[] {
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string' && name !== '')) {
    throw new TypeError('verify: requiredClaims must be a list of names')
  }
  return [...names]
}

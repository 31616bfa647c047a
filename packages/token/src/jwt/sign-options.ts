import { parseDuration } from '../duration.ts'
import { checkOptionNames } from '../option-names.ts'
import { isAudience, isNumericDate, isPlainText } from './claims.ts'

export interface SignOptions {
  readonly issuer?: string
  readonly audience?: string | readonly string[]
  readonly subject?: string
  /** Seconds or text such as `'15m'`, counted from `iat`. Needed unless the claims have `exp`. */
  readonly expiresIn?: number | string
  /** Seconds or text, counted from `iat`. */
  readonly notBefore?: number | string
  /** The `typ` of the header. Default `JWT`; `null` leaves it out. */
  readonly type?: string | null
  readonly jwtId?: string
  /** Makes a token that is good for as long as the key is. */
  readonly dangerouslyOmitExpiry?: boolean
  /** Epoch seconds; `iat` is its whole part. Default: the system's clock. */
  readonly now?: () => number
}

export interface SignRules {
  /** Registered claims that the options give. */
  readonly claims: UncheckedClaims
  readonly expiresInSeconds: number | null
  readonly notBeforeSeconds: number | null
  readonly isExpiryOmitted: boolean
  readonly type: string | null
  readonly now: () => number
}

const OPTION_NAMES: ReadonlySet<string> = new Set([
  'issuer',
  'audience',
  'subject',
  'expiresIn',
  'notBefore',
  'type',
  'jwtId',
  'dangerouslyOmitExpiry',
  'now',
] satisfies (keyof SignOptions)[])

const CLAIM_OF_OPTION = { issuer: 'iss', audience: 'aud', subject: 'sub', jwtId: 'jti' } as const

const systemClock = (): number => Date.now() / 1000

/** @throws TypeError naming the option that is unknown or wrong. */
export function parseSignOptions(options: SignOptions): SignRules {
  checkOptionNames(options, OPTION_NAMES, 'sign')
  const {
    now = systemClock,
    type = 'JWT',
    dangerouslyOmitExpiry: isExpiryOmitted = false,
  } = options
  if (typeof now !== 'function') throw new TypeError('sign: now must be a function')
  if (type !== null && !isPlainText(type)) throw new TypeError('sign: type must be text or null')
  const claims: Record<string, unknown> = {}
  for (const [option, claim] of Object.entries(CLAIM_OF_OPTION)) {
    const value = options[option as keyof typeof CLAIM_OF_OPTION]
    if (value !== undefined) claims[claim] = value
  }
  checkRegisteredClaims(claims)
  const expiresInSeconds = options.expiresIn === undefined ? null : parseDuration(options.expiresIn)
  if (expiresInSeconds === 0) throw new TypeError('sign: expiresIn must be longer than nothing')
  if (isExpiryOmitted !== false && (isExpiryOmitted !== true || expiresInSeconds !== null)) {
    throw new TypeError('sign: dangerouslyOmitExpiry contradicts expiresIn')
  }
  return {
    claims,
    expiresInSeconds,
    notBeforeSeconds: options.notBefore === undefined ? null : parseDuration(options.notBefore),
    isExpiryOmitted,
    type,
    now,
  }
}

/** Claims on their way into a token: nothing is known of them yet. */
export interface UncheckedClaims {
  readonly iss?: unknown
  readonly sub?: unknown
  readonly aud?: unknown
  readonly exp?: unknown
  readonly nbf?: unknown
  readonly iat?: unknown
  readonly jti?: unknown
  readonly toJSON?: unknown
  readonly [name: string]: unknown
}

/**
 * No token leaves that `verify` would refuse for the shape of a registered claim.
 *
 * @throws TypeError
 */
export function checkRegisteredClaims(claims: UncheckedClaims): void {
  checkText(claims.iss, 'iss')
  checkText(claims.sub, 'sub')
  checkText(claims.jti, 'jti')
  checkDate(claims.exp, 'exp')
  checkDate(claims.nbf, 'nbf')
  checkDate(claims.iat, 'iat')
  if (claims.aud !== undefined && !isAudience(claims.aud)) {
    throw new TypeError('sign: aud must be a text or a list of texts')
  }
}

function checkText(value: unknown, name: string): void {
  if (value !== undefined && !isPlainText(value)) {
    throw new TypeError(`sign: ${name} must be a text without control characters`)
  }
}

function checkDate(value: unknown, name: string): void {
  if (value !== undefined && !isNumericDate(value)) {
    throw new TypeError(`sign: ${name} must be a date in epoch seconds`)
  }
}

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
  readonly claims: Readonly<Record<string, unknown>>
  /** Their names, and those of the times that the options ask for. */
  readonly addedNames: readonly string[]
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
    addedNames: [
      ...Object.keys(claims),
      ...(expiresInSeconds === null ? [] : ['exp']),
      ...(options.notBefore === undefined ? [] : ['nbf']),
    ],
    expiresInSeconds,
    notBeforeSeconds: options.notBefore === undefined ? null : parseDuration(options.notBefore),
    isExpiryOmitted,
    type,
    now,
  }
}

/**
 * No token leaves that `verify` would refuse for the shape of a registered claim.
 *
 * @throws TypeError
 */
export function checkRegisteredClaims(claims: Readonly<Record<string, unknown>>): void {
  for (const name of ['iss', 'sub', 'jti'] as const) {
    if (claims[name] !== undefined && !isPlainText(claims[name])) {
      throw new TypeError(`sign: ${name} must be a text without control characters`)
    }
  }
  for (const name of ['exp', 'nbf', 'iat'] as const) {
    if (claims[name] !== undefined && !isNumericDate(claims[name])) {
      throw new TypeError(`sign: ${name} must be a date in epoch seconds`)
    }
  }
  if (claims['aud'] !== undefined && !isAudience(claims['aud'])) {
    throw new TypeError('sign: aud must be a text or a list of texts')
  }
}

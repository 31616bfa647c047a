// The claims of RFC 7519 4.1: their shapes, whoever asks, and the caller's expectations.
import { TokenError } from '../errors.ts'

export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  /** Epoch seconds, possibly fractional, as `nbf` and `iat`. */
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly jti?: string
  readonly [name: string]: unknown
}

export interface ClaimRules {
  readonly issuers: readonly string[] | null
  readonly audiences: readonly string[] | null
  readonly subject: string | null
  readonly toleranceSeconds: number
  readonly maxLifetimeSeconds: number | null
  readonly maxAgeSeconds: number | null
  readonly isExpiryRequired: boolean
  readonly requiredClaims: readonly string[]
}

/** A stretch of time in epoch seconds. */
export interface Period {
  readonly from: number
  /** The first moment that is not in it; Infinity: none. */
  readonly until: number
}

// 9999-12-31T23:59:59Z. Anything later is milliseconds, or a token that is never to end.
const MAX_NUMERIC_DATE = 253_402_300_799

const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * Judges the claims of a token whose signature holds. A claim with a wrong shape is refused even
 * when nobody asked for it; a check that was asked for fails when the claim is absent.
 *
 * @throws TokenError
 */
export function checkClaims(claims: Claims, rules: ClaimRules, nowSeconds: number): void {
  checkIssuer(claims, rules.issuers)
  checkAudience(claims, rules.audiences)
  checkSubject(claims, rules.subject)
  checkText(claims.jti, 'jti')
  for (const name of rules.requiredClaims) {
    if (!Object.hasOwn(claims, name) || claims[name] === null) {
      throw new TokenError('claim_missing', { claim: name })
    }
  }
  checkTimes(claims, rules, nowSeconds)
}

function checkIssuer(claims: Claims, issuers: readonly string[] | null): void {
  const { iss } = claims
  if (issuers === null) {
    checkText(iss, 'iss')
  } else if (iss === undefined) {
    throw new TokenError('claim_missing', { claim: 'iss' })
  } else if (!issuers.includes(iss)) {
    checkText(iss, 'iss')
    throw new TokenError('issuer_mismatch', { claim: 'iss' })
  }
}

function checkAudience(claims: Claims, audiences: readonly string[] | null): void {
  const { aud } = claims
  if (aud === undefined) {
    if (audiences !== null) throw new TokenError('claim_missing', { claim: 'aud' })
    return
  }
  if (!isAudience(aud)) {
    throw new TokenError('claim_invalid', { claim: 'aud', reason: 'not text or a list of texts' })
  }
  if (audiences === null) return
  const isMeant =
    typeof aud === 'string' ? audiences.includes(aud) : aud.some((one) => audiences.includes(one))
  if (!isMeant) throw new TokenError('audience_mismatch', { claim: 'aud' })
}

export function isAudience(aud: unknown): aud is string | readonly string[] {
  if (typeof aud === 'string') return aud !== ''
  return (
    Array.isArray(aud) &&
    aud.length > 0 &&
    aud.every((one) => typeof one === 'string' && one !== '')
  )
}

function checkSubject(claims: Claims, subject: string | null): void {
  const { sub } = claims
  checkText(sub, 'sub')
  if (subject === null) return
  if (sub === undefined) throw new TokenError('claim_missing', { claim: 'sub' })
  if (sub !== subject) throw new TokenError('subject_mismatch', { claim: 'sub' })
}

function checkText(value: unknown, claim: 'iss' | 'sub' | 'jti'): void {
  if (value !== undefined && !isPlainText(value)) {
    throw new TokenError('claim_invalid', {
      claim,
      reason: 'not a text without control characters',
    })
  }
}

/** Not empty and without control characters: fit for a log line and a header of HTTP. */
export function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !CONTROL_CHARACTER.test(value)
}

/** The part of the judgement that changes with time. */
function checkTimes(claims: Claims, rules: ClaimRules, nowSeconds: number): void {
  // Nothing is ever later than what is no number: a clock that fails must not make tokens immortal.
  if (!Number.isFinite(nowSeconds)) throw new TypeError('verify: now must answer epoch seconds')
  const { toleranceSeconds } = rules
  const { iat, nbf, exp } = claims
  checkDate(iat, 'iat')
  checkDate(nbf, 'nbf')
  checkDate(exp, 'exp')
  if (exp === undefined && rules.isExpiryRequired) {
    throw new TokenError('claim_missing', { claim: 'exp' })
  }
  if (iat !== undefined && iat > nowSeconds + toleranceSeconds) {
    throw new TokenError('token_not_yet_valid', { claim: 'iat' })
  }
  if (nbf !== undefined && nbf > nowSeconds + toleranceSeconds) {
    throw new TokenError('token_not_yet_valid', { claim: 'nbf' })
  }
  if (rules.maxLifetimeSeconds !== null && exp !== undefined) {
    // Without iat the lifetime that is left must do: it cannot be longer than the whole.
    const start = iat ?? nowSeconds + toleranceSeconds
    if (exp - start > rules.maxLifetimeSeconds) {
      throw new TokenError('lifetime_too_long', { claim: 'exp' })
    }
  }
  if (rules.maxAgeSeconds !== null) {
    if (iat === undefined) throw new TokenError('claim_missing', { claim: 'iat' })
    if (nowSeconds >= iat + rules.maxAgeSeconds + toleranceSeconds) {
      throw new TokenError('token_expired', { claim: 'iat' })
    }
  }
  if (exp !== undefined && nowSeconds >= exp + toleranceSeconds) {
    throw new TokenError('token_expired', { claim: 'exp' })
  }
}

/** When {@link checkClaims} finds good what it has found good before. */
export function periodOf({ iat, nbf, exp }: Claims, rules: ClaimRules): Period {
  const { toleranceSeconds, maxLifetimeSeconds, maxAgeSeconds } = rules
  const starts = [iat ?? 0, nbf ?? 0]
  const ends = [exp ?? Number.POSITIVE_INFINITY]
  if (maxLifetimeSeconds !== null && iat === undefined && exp !== undefined) {
    starts.push(exp - maxLifetimeSeconds)
  }
  if (maxAgeSeconds !== null && iat !== undefined) ends.push(iat + maxAgeSeconds)
  return {
    from: Math.max(...starts) - toleranceSeconds,
    until: Math.min(...ends) + toleranceSeconds,
  }
}

function checkDate(value: unknown, claim: 'exp' | 'nbf' | 'iat'): void {
  if (value !== undefined && !isNumericDate(value)) {
    throw new TokenError('claim_invalid', { claim, reason: 'not a date in epoch seconds' })
  }
}

export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE
}

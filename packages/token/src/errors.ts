/** Why a token was refused. The names are stable: programs may branch on them. */
export type TokenErrorCode =
  | 'token_malformed'
  | 'token_too_large'
  | 'header_invalid'
  | 'algorithm_unsupported'
  | 'algorithm_mismatch'
  | 'key_not_found'
  | 'key_ambiguous'
  | 'signature_invalid'
  | 'payload_invalid'
  | 'type_mismatch'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'subject_mismatch'
  | 'claim_missing'
  | 'claim_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'lifetime_too_long'
  | 'claims_refused'

const TOKEN_MESSAGES: Record<TokenErrorCode, string> = {
  token_malformed: 'The token is not three canonical base64url parts',
  token_too_large: 'The token is larger than allowed',
  header_invalid: 'The token header is not acceptable',
  algorithm_unsupported: 'The token names an algorithm that does not exist here',
  algorithm_mismatch: 'The token names an algorithm that the key or the caller does not allow',
  key_not_found: 'No key fits the token',
  key_ambiguous: 'The token names no key and several would fit',
  signature_invalid: 'The signature does not match',
  payload_invalid: 'The token payload is not an acceptable JSON object',
  type_mismatch: 'The token is of another type than expected',
  issuer_mismatch: 'The token comes from another issuer than expected',
  audience_mismatch: 'The token is meant for another audience',
  subject_mismatch: 'The token is about another subject than expected',
  claim_missing: 'A required claim is missing',
  claim_invalid: 'A claim has an unacceptable value',
  token_expired: 'The token has expired',
  token_not_yet_valid: 'The token is not valid yet',
  lifetime_too_long: 'The token lives longer than allowed',
  claims_refused: 'The claims do not satisfy the schema',
}

export const TOKEN_ERROR_CODES = Object.keys(TOKEN_MESSAGES) as readonly TokenErrorCode[]

export interface TokenErrorDetails {
  /** The claim that was looked at; only ever a name the caller or a standard gave. */
  readonly claim?: string
  /** Our own words, never anything out of the token. */
  readonly reason?: string
  readonly cause?: unknown
}

/**
 * A token was refused. Neither the message nor any property repeats a part of the token, so the
 * error may be logged. Which refusals a client may be told is the caller's decision.
 */
export class TokenError extends Error {
  readonly code: TokenErrorCode
  // Declared and not defined: what does not apply is not there at all.
  declare readonly claim?: string
  declare readonly reason?: string

  constructor(code: TokenErrorCode, details: TokenErrorDetails = {}) {
    const where = details.claim === undefined ? '' : ` (${details.claim})`
    const why = details.reason === undefined ? '' : `: ${details.reason}`
    super(
      TOKEN_MESSAGES[code] + where + why,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.name = 'TokenError'
    this.code = code
    if (details.claim !== undefined) this.claim = details.claim
    if (details.reason !== undefined) this.reason = details.reason
  }
}

export const KEY_ERROR_CODES = [
  'key_malformed',
  'key_unsupported',
  'key_algorithm_missing',
  'key_algorithm_mismatch',
  'key_use_refused',
  'key_too_small',
  'key_weak',
  'key_inconsistent',
  'key_duplicate',
  'key_set_mixed',
] as const

/** Why key material was refused. */
export type KeyErrorCode = (typeof KEY_ERROR_CODES)[number]

export interface KeyErrorDetails {
  readonly kid?: string | undefined
  /** What was found, e.g. `1024 bits`; never key material. */
  readonly found?: string
  readonly needed?: string
  readonly cause?: unknown
}

/** Key material was refused. The message names the key id and the size found and needed. */
export class KeyError extends Error {
  readonly code: KeyErrorCode
  declare readonly kid?: string
  declare readonly found?: string
  declare readonly needed?: string

  constructor(code: KeyErrorCode, problem: string, details: KeyErrorDetails = {}) {
    const who = details.kid === undefined ? 'Key' : `Key ${JSON.stringify(details.kid)}`
    const found = details.found === undefined ? '' : `, found ${details.found}`
    const needed = details.needed === undefined ? '' : `, needed ${details.needed}`
    super(
      `${who}: ${problem}${found}${needed}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.name = 'KeyError'
    this.code = code
    if (details.kid !== undefined) this.kid = details.kid
    if (details.found !== undefined) this.found = details.found
    if (details.needed !== undefined) this.needed = details.needed
  }
}

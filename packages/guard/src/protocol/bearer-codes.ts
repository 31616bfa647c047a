/** Why a request with (or without) a bearer token was refused, in the words a client may see. */
export type BearerCode =
  | 'credentials_missing'
  | 'credentials_multiple'
  | 'token_invalid'
  | 'token_expired'
  | 'token_revoked'
  | 'scope_insufficient'
  | 'role_insufficient'
  | 'keys_unavailable'
  | 'revocation_stale'

export interface BearerMeaning {
  status: 400 | 401 | 403 | 503
  title: string
  /** The `error` attribute of the challenge (RFC 6750, section 3.1); null: a bare challenge or none. */
  error: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | null
}

export const BEARER_CODES: Record<BearerCode, BearerMeaning> = {
  credentials_missing: { status: 401, title: 'A bearer token is required', error: null },
  credentials_multiple: {
    status: 400,
    title: 'Send exactly one bearer token, in the Authorization header',
    error: 'invalid_request',
  },
  token_invalid: { status: 401, title: 'The token is not acceptable here', error: 'invalid_token' },
  token_expired: { status: 401, title: 'The token has expired', error: 'invalid_token' },
  token_revoked: { status: 401, title: 'The token has been revoked', error: 'invalid_token' },
  scope_insufficient: {
    status: 403,
    title: 'The token lacks a scope that this needs',
    error: 'insufficient_scope',
  },
  role_insufficient: {
    status: 403,
    title: 'The account lacks a role that this needs',
    error: 'insufficient_scope',
  },
  keys_unavailable: {
    status: 503,
    title: 'The keys that check this token cannot be had right now',
    error: null,
  },
  revocation_stale: {
    status: 503,
    title: 'Whether this token was revoked cannot be told right now',
    error: null,
  },
}

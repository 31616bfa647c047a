import type { AuthorityCode } from '../errors.ts'

/** What a caller sees of a code. The detail of the error, where it has one, comes on top. */
export interface ErrorMeaning {
  readonly status: number
  readonly title: string
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number
}

export const ERROR_TABLE: Record<AuthorityCode, ErrorMeaning> = {
  request_invalid: { status: 400, title: 'The request is not of the form that this call takes' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  media_type_unsupported: { status: 415, title: 'Send the body as application/json' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  body_too_large: { status: 413, title: 'The body is larger than 64 KiB' },
  email_invalid: { status: 400, title: 'The e-mail address cannot be used' },
  email_taken: { status: 409, title: 'An account with this e-mail address exists already' },
  role_in_use: { status: 409, title: 'Accounts still have this role: take it from them first' },
  key_unusable: { status: 400, title: 'The key cannot be used' },
  key_known: { status: 409, title: 'A key of this id is here already, or was revoked' },
  keys_shared: { status: 409, title: 'Tokens are signed with a shared secret here, not with keys' },
  last_admin: { status: 409, title: 'This is the last administrator: make another one first' },
  password_unacceptable: { status: 400, title: 'The password cannot be used' },
  credentials_wrong: { status: 401, title: 'E-mail address or password is wrong' },
  credentials_missing: { status: 401, title: 'Send the access token or the refresh token to end' },
  client_invalid: { status: 401, title: 'The client or its secret is wrong' },
  client_not_allowed: { status: 403, title: 'The client may not do this' },
  grant_unsupported: { status: 400, title: 'This grant is not to be had here' },
  scope_not_allowed: { status: 400, title: 'The client may not have this scope' },
  password_wrong: { status: 403, title: 'The current password is wrong' },
  too_many_attempts: {
    status: 429,
    title: 'Too many attempts; wait before the next one',
    retryAfterSeconds: 60,
  },
  refresh_invalid: { status: 401, title: 'The refresh token is not valid; log in again' },
  refresh_reused: {
    status: 401,
    title: 'This refresh token was used before; for safety the session has ended, log in again',
  },
  session_ended: { status: 401, title: 'The session has ended; log in again' },
  audience_unknown: { status: 400, title: 'Tokens for this audience are not issued here' },
  token_too_large: { status: 500, title: 'The token for this account would be too large' },
  secret_unknown: { status: 503, title: 'The service is being set up', retryAfterSeconds: 30 },
  database_behind: { status: 503, title: 'The service needs its operator', retryAfterSeconds: 60 },
  feed_slots_taken: {
    status: 429,
    title: 'As many feeds are open from here as may be; close one first',
    retryAfterSeconds: 30,
  },
  overloaded: { status: 503, title: 'Too busy right now', retryAfterSeconds: 2 },
  unavailable: { status: 503, title: 'Not available right now', retryAfterSeconds: 5 },
  internal: { status: 500, title: 'Something went wrong here' },
}

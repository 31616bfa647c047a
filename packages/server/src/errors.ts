/**
 * Everything the authority can refuse or fail with, as a stable code. Domain code throws these and
 * knows nothing of HTTP; `http/error-table.ts` gives each its status and public words.
 */
export type AuthorityCode =
  | 'request_invalid'
  | 'not_found'
  | 'method_not_allowed'
  | 'media_type_unsupported'
  | 'request_timeout'
  | 'body_too_large'
  | 'email_invalid'
  | 'email_taken'
  | 'role_in_use'
  | 'key_unusable'
  | 'key_known'
  | 'keys_shared'
  | 'last_admin'
  | 'password_unacceptable'
  | 'credentials_wrong'
  | 'credentials_missing'
  | 'client_invalid'
  | 'client_not_allowed'
  | 'grant_unsupported'
  | 'scope_not_allowed'
  | 'password_wrong'
  | 'too_many_attempts'
  | 'refresh_invalid'
  | 'refresh_reused'
  | 'session_ended'
  | 'audience_unknown'
  | 'token_too_large'
  | 'secret_unknown'
  | 'database_behind'
  | 'feed_slots_taken'
  | 'overloaded'
  | 'unavailable'
  | 'internal'

/**
 * `message` is for the log, `detail` may be sent to the caller, `cause` is evidence.
 * None of them ever holds a password, a token or a secret.
 */
export class AuthorityError extends Error {
  readonly code: AuthorityCode
  readonly detail: string | undefined
  readonly pointer: string | undefined
  /** Where it is known better than the code alone can say. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: AuthorityCode,
    options: {
      message?: string
      detail?: string
      pointer?: string
      retryAfterSeconds?: number
      cause?: unknown
    } = {},
  ) {
    super(options.message ?? options.detail ?? code, { cause: options.cause })
    this.name = 'AuthorityError'
    this.code = code
    this.detail = options.detail
    this.pointer = options.pointer
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/**
 * The authority cannot start: what is wrong, one line each, and what to do about it. Lines name
 * settings and files, never their values.
 */
export class StartError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options: { cause?: unknown } = {}) {
    super(problems.join('\n'), options)
    this.name = 'StartError'
    this.problems = problems
  }
}

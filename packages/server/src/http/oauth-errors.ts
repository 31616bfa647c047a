import type { AuthorityCode } from '../errors.ts'
import { ERROR_TABLE } from './error-table.ts'

/** Codes that OAuth has words of its own for. @see RFC 6749, section 5.2; RFC 8707, section 2 */
const OAUTH_ERRORS: Partial<Record<AuthorityCode, string>> = {
  client_invalid: 'invalid_client',
  client_not_allowed: 'unauthorized_client',
  grant_unsupported: 'unsupported_grant_type',
  scope_not_allowed: 'invalid_scope',
  audience_unknown: 'invalid_target',
}

/** What an OAuth call answers for a code. A refused client that is known is 400 there and not 403. */
export function oauthErrorOf(code: AuthorityCode): { status: number; error: string } {
  const { status, retryAfterSeconds } = ERROR_TABLE[code]
  const known = OAUTH_ERRORS[code]
  if (known !== undefined) return { status: status === 403 ? 400 : status, error: known }
  if (retryAfterSeconds !== undefined) return { status, error: 'temporarily_unavailable' }
  return { status, error: status >= 500 ? 'server_error' : 'invalid_request' }
}

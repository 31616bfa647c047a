import { GuardError } from './errors.ts'

/** What the guard reads of a Node request: the headers, and nothing else. */
export interface NodeRequest {
  readonly headers: { readonly authorization?: string | undefined }
  /** Names and values in turn, as they came. Node drops repeated `Authorization` from `headers`. */
  readonly rawHeaders?: readonly string[] | undefined
}

/** What the guard reads of a Fetch API request. */
export interface FetchRequest {
  readonly headers: { get(name: string): string | null }
}

export type GuardedSource = NodeRequest | FetchRequest

/**
 * The bearer token of a request, from its one `Authorization` header (RFC 6750, section 2.1);
 * null when it has none or one of another scheme. A query, a body and a cookie are never looked at.
 * The token itself is not judged here: what no token can be, blanks in it say, its verifier refuses.
 *
 * @throws GuardError `credentials_multiple`, `token_invalid`
 */
export function findBearerToken(request: GuardedSource): string | null {
  const value = findAuthorization(request)
  if (value === null) return null
  const scheme = value.startsWith('Bearer ') ? 'Bearer' : (/^[^\s,]*/.exec(value)?.[0] ?? '')
  // Several header lines reach a Fetch request joined by commas, which no token contains.
  if (scheme.toLowerCase() !== 'bearer') {
    if (/,\s*bearer\s/i.test(value)) throw new GuardError('credentials_multiple')
    return null
  }
  if (value.includes(',')) throw new GuardError('credentials_multiple')
  const token = value.slice(scheme.length + 1)
  if (value[scheme.length] !== ' ' || token === '') {
    throw new GuardError('token_invalid', { reason: 'authorization_malformed' })
  }
  return token
}

function findAuthorization(request: GuardedSource): string | null {
  // Each property once: behind Express no two requests have one shape, and every look misses.
  const { headers } = request
  if (isFetchHeaders(headers)) return headers.get('authorization')
  if (countAuthorization((request as NodeRequest).rawHeaders ?? []) > 1) {
    throw new GuardError('credentials_multiple')
  }
  const value: unknown = headers.authorization
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value
  throw new GuardError('credentials_multiple')
}

function isFetchHeaders(headers: GuardedSource['headers']): headers is FetchRequest['headers'] {
  return typeof (headers as { get?: unknown }).get === 'function'
}

function countAuthorization(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count += 1
  }
  return count
}

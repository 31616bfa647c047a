import { AuthorityError } from '../errors.ts'

const MAX_SCOPES = 64

/** RFC 6749, section 3.3, and short: they travel in every token. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/

/** Sorted, each once. @throws AuthorityError `request_invalid` */
export function parseScopes(texts: readonly string[]): string[] {
  if (texts.length <= MAX_SCOPES && texts.every((text) => SCOPE.test(text))) {
    return [...new Set(texts)].sort()
  }
  throw new AuthorityError('request_invalid', {
    detail: `At most ${MAX_SCOPES} scopes, each of 1 to 64 printable ASCII characters without spaces, quotes and backslashes.`,
    pointer: '/scopes',
  })
}

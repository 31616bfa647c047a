// The compact form of RFC 7515 7.1: three base64url parts and two dots.
import { isBase64url } from '../bytes/base64url.ts'
import { TokenError } from '../errors.ts'

export interface CompactParts {
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** Header, dot and payload: what the signature covers. */
  readonly signingInput: string
}

/**
 * Splits a token after checking its size and shape. An empty payload is a legal JWS; an empty
 * header or signature is not one here.
 *
 * @throws TokenError `token_too_large`, `token_malformed`
 */
export function splitCompact(token: unknown, maxBytes: number): CompactParts {
  if (typeof token !== 'string') throw new TokenError('token_malformed', { reason: 'not text' })
  if (token.length > maxBytes) throw new TokenError('token_too_large')
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0 || token.indexOf('.', second + 1) >= 0) {
    throw new TokenError('token_malformed', { reason: 'not three parts' })
  }
  const parts = {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signingInput: token.slice(0, second),
  }
  if (parts.signature === '') {
    throw new TokenError('token_malformed', { reason: 'no signature' })
  }
  if (!isBase64url(parts.header) || !isBase64url(parts.payload) || !isBase64url(parts.signature)) {
    throw new TokenError('token_malformed', { reason: 'not canonical base64url' })
  }
  return parts
}

import { decodeBase64url, isBase64url } from '../bytes/base64url.ts'
import { MAX_TOKEN_BYTES } from '../bytes/scratch.ts'
import { notCanonical, splitCompact } from '../jws/compact.ts'
import { parseHeader, type TokenHeader } from '../jws/header.ts'
import { parseClaims } from './verify.ts'

/** Claims that nobody vouches for: each is `unknown` until it is looked at. */
export type UnverifiedClaims = Readonly<Record<string, unknown>>

export interface UnverifiedToken {
  readonly header: TokenHeader
  readonly claims: UnverifiedClaims
}

/**
 * Reads a token without checking signature, time, issuer or anything else that would make it
 * believable; as strict about encoding and JSON as `verify`, up to 64 KiB. Never decide access
 * by it.
 *
 * @throws TokenError `token_malformed`, `token_too_large`, `header_invalid`,
 *   `algorithm_unsupported`, `payload_invalid`
 */
export function decode(token: string): UnverifiedToken {
  const { first, second } = splitCompact(token, MAX_TOKEN_BYTES)
  const header = decodeBase64url(token.slice(0, first))
  if (header === null || !isBase64url(token.slice(second + 1))) throw notCanonical()
  return { header: parseHeader(header), claims: parseClaims(token.slice(first + 1, second)) }
}

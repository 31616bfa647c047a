import { splitCompact } from '../jws/compact.ts'
import { parseHeader, type TokenHeader } from '../jws/header.ts'
import { parseClaims } from './verify.ts'

/** Claims that nobody vouches for: each is `unknown` until it is looked at. */
export type UnverifiedClaims = Readonly<Record<string, unknown>>

export interface UnverifiedToken {
  readonly header: TokenHeader
  readonly claims: UnverifiedClaims
}

const MAX_TOKEN_BYTES = 65_536

/**
 * Reads a token without checking signature, time, issuer or anything else that would make it
 * believable; as strict about size, encoding and JSON as `verify`. Never decide access by it.
 *
 * @throws TokenError `token_malformed`, `token_too_large`, `header_invalid`,
 *   `algorithm_unsupported`, `payload_invalid`
 */
export function decode(token: string): UnverifiedToken {
  const parts = splitCompact(token, MAX_TOKEN_BYTES)
  return { header: parseHeader(parts.header), claims: parseClaims(parts.payload) }
}

// The compact form of RFC 7515 7.1: three base64url parts and two dots.
import { writeAscii } from '../bytes/scratch.ts'
import { TokenError } from '../errors.ts'

/** Where the dots of a token are. */
export interface Dots {
  readonly first: number
  readonly second: number
}

/**
 * Finds the parts of a token after checking its size and shape, and lays it down in the scratch.
 * An empty payload is a legal JWS; an empty header or signature is not one here. That the parts
 * are canonical base64url is for those who decode them to check.
 *
 * @throws TokenError `token_too_large`, `token_malformed`
 */
export function splitCompact(token: unknown, maxBytes: number): Dots {
  if (typeof token !== 'string') throw malformed('not text')
  if (token.length > maxBytes) throw new TokenError('token_too_large')
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0 || token.indexOf('.', second + 1) >= 0) {
    throw malformed('not three parts')
  }
  if (second === token.length - 1) throw malformed('no signature')
  if (!writeAscii(token)) throw notCanonical()
  return { first, second }
}

export function notCanonical(): TokenError {
  return malformed('not canonical base64url')
}

function malformed(reason: string): TokenError {
  return new TokenError('token_malformed', { reason })
}

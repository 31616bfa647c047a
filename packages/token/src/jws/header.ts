// The protected header: parsed strictly, and with everything refused that would change how the
// rest is to be read. `jwk`, `jku`, `x5u` and `x5c` are not refused: they are never looked at.
import { TokenError } from '../errors.ts'
import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { type Algorithm, isAlgorithm } from './algorithms.ts'

export interface TokenHeader {
  readonly alg: Algorithm
  readonly typ?: string
  readonly kid?: string
  readonly [name: string]: unknown
}

/** Members that ask for a processing this library does not do (RFC 7515 4.1.11, RFC 7797, RFC 7516). */
const REFUSED_MEMBERS = ['crit', 'b64', 'zip', 'enc'] as const

/** @throws TokenError `header_invalid`, `algorithm_unsupported` */
export function parseHeader(bytes: Buffer): TokenHeader {
  let header: Record<string, unknown>
  try {
    header = parseJsonObject(bytes)
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new TokenError('header_invalid', { reason: error.message })
  }
  for (const name of REFUSED_MEMBERS) {
    if (Object.hasOwn(header, name)) {
      throw new TokenError('header_invalid', { reason: `member ${name} is not supported` })
    }
  }
  for (const name of ['typ', 'kid'] as const) {
    if (Object.hasOwn(header, name) && typeof header[name] !== 'string') {
      throw new TokenError('header_invalid', { reason: `member ${name} is not text` })
    }
  }
  if (!Object.hasOwn(header, 'alg') || !isAlgorithm(header['alg'])) {
    throw new TokenError('algorithm_unsupported')
  }
  return header as unknown as TokenHeader
}

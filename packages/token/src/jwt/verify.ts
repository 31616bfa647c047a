import { TokenError } from '../errors.ts'
import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { isKey, type Key } from '../jwk/key.ts'
import { isKeySet, type KeySet } from '../jwks/key-set.ts'
import { selectKey } from '../jwks/select-key.ts'
import { splitCompact } from '../jws/compact.ts'
import { parseHeader, type TokenHeader } from '../jws/header.ts'
import { isSignatureOf } from '../jws/signature.ts'
import { type Claims, checkClaims } from './claims.ts'
import { normalizeType } from './type.ts'
import { parseVerifyOptions, type VerifyOptions, type VerifyRules } from './verify-options.ts'

export interface VerifiedToken<C extends object = Claims> {
  readonly header: TokenHeader
  readonly claims: C
}

/**
 * Accepts a token or says why not. In this order, as a promise: size, shape, canonical base64url,
 * header, algorithm allowed and bound to the key, signature, and only then the payload.
 *
 * The type parameter is the caller's word about claims beyond the registered ones: nothing checks
 * it. Does not check revocation.
 *
 * @throws TokenError when the token is refused
 * @throws TypeError when the library is misused
 * @see RFC 7519 7.2, RFC 8725
 */
export function verify<C extends object = Claims>(
  token: string,
  keys: Key | KeySet,
  options: VerifyOptions,
): VerifiedToken<C> {
  return createVerifier<C>(keys, options)(token)
}

/** `verify` with keys and options resolved once, for hot paths. */
export function createVerifier<C extends object = Claims>(
  keys: Key | KeySet,
  options: VerifyOptions,
): (token: string) => VerifiedToken<C> {
  const rules = parseVerifyOptions(options)
  if (!isKey(keys) && !isKeySet(keys)) {
    throw new TypeError('verify: the key must be a Key or a KeySet, never a text')
  }
  if (isKey(keys) && rules.algorithms?.includes(keys.algorithm) === false) {
    throw new TypeError(`verify: algorithms excludes the key's own, ${keys.algorithm}`)
  }
  return (token) => verifyToken(token, keys, rules) as VerifiedToken<C>
}

function verifyToken(token: string, keys: Key | KeySet, rules: VerifyRules): VerifiedToken {
  const parts = splitCompact(token, rules.maxTokenBytes)
  const header = parseHeader(parts.header)
  if (rules.algorithms !== null && !rules.algorithms.includes(header.alg)) {
    throw new TokenError('algorithm_mismatch')
  }
  const key = selectKey(keys, header)
  const data = Buffer.from(parts.signingInput, 'latin1')
  if (!isSignatureOf(key, data, Buffer.from(parts.signature, 'base64url'))) {
    throw new TokenError('signature_invalid')
  }
  const claims = parseClaims(parts.payload)
  checkType(header.typ, rules.type)
  checkClaims(claims, rules, rules.now())
  return { header, claims }
}

/** @throws TokenError `payload_invalid` */
export function parseClaims(payload: string): Claims {
  try {
    return parseJsonObject(Buffer.from(payload, 'base64url'))
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new TokenError('payload_invalid', { reason: error.message })
  }
}

function checkType(found: string | undefined, expected: string | null | undefined): void {
  if (expected === null) return
  const isExpected =
    expected === undefined
      ? found === undefined || normalizeType(found) === 'jwt'
      : found !== undefined && normalizeType(found) === expected
  if (!isExpected) throw new TokenError('type_mismatch')
}

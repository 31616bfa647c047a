import { writeBase64url } from '../bytes/base64url.ts'
import { MAX_TOKEN_BYTES } from '../bytes/scratch.ts'
import { TokenError } from '../errors.ts'
import { deepFreeze } from '../freeze.ts'
import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { isKey, type Key } from '../jwk/key.ts'
import {
  type HeaderBinding,
  type HeaderBindings,
  headerBindingsOf,
} from '../jwks/header-bindings.ts'
import { isKeySet, type KeySet } from '../jwks/key-set.ts'
import { notCanonical, splitCompact } from '../jws/compact.ts'
import type { TokenHeader } from '../jws/header.ts'
import type { SignatureVerdict } from '../jws/signature.ts'
import { type Claims, checkClaims, periodOf } from './claims.ts'
import { type SchemaOutput, type StandardSchema, validateClaims } from './standard-schema.ts'
import { normalizeType } from './type.ts'
import { VerifiedTokens } from './verified-tokens.ts'
import {
  parseVerifyOptions,
  type VerifierOptions,
  type VerifyOptions,
  type VerifyRules,
} from './verify-options.ts'

export interface VerifiedToken<C = Claims> {
  /** Frozen, and shared by all tokens with the same header. */
  readonly header: TokenHeader
  readonly claims: C
}

// Payloads are decoded here and parsed at once; see bytes/scratch.ts for why one is enough.
const payloadBytes = Buffer.alloc(MAX_TOKEN_BYTES)

/**
 * Accepts a token or says why not. In this order, as a promise: size, shape, header, algorithm
 * allowed and bound to the key, signature, and only then the payload.
 *
 * Without a schema the type parameter is the caller's word about claims beyond the registered
 * ones: nothing checks it. Does not check revocation.
 *
 * @throws TokenError when the token is refused
 * @throws TypeError when the library is misused
 * @see RFC 7519 7.2, RFC 8725
 */
export function verify<S extends StandardSchema>(
  token: string,
  keys: Key | KeySet,
  options: VerifyOptions & { readonly claims: S },
): VerifiedToken<SchemaOutput<S>>
export function verify<C extends object = Claims>(
  token: string,
  keys: Key | KeySet,
  options: VerifyOptions,
): VerifiedToken<C>
export function verify(token: string, keys: Key | KeySet, options: VerifyOptions): VerifiedToken {
  if (Object.hasOwn(options, 'cacheSize')) {
    throw new TypeError('verify: a cache needs a verifier to live in, see createVerifier')
  }
  return createVerifier(keys, options)(token)
}

/** `verify` with keys and options resolved once, for hot paths. */
export function createVerifier<S extends StandardSchema>(
  keys: Key | KeySet,
  options: VerifierOptions & { readonly claims: S },
): (token: string) => VerifiedToken<SchemaOutput<S>>
export function createVerifier<C extends object = Claims>(
  keys: Key | KeySet,
  options: VerifierOptions,
): (token: string) => VerifiedToken<C>
export function createVerifier(
  keys: Key | KeySet,
  options: VerifierOptions,
): (token: string) => VerifiedToken {
  const rules = parseVerifyOptions(options)
  const bindings = bindingsFor(keys, rules)
  if (rules.cacheSize === 0) {
    return (token) => {
      const { header, claims } = verifyToken(token, bindings, rules)
      return { header, claims: applySchema(claims, rules) }
    }
  }
  const accepted = new VerifiedTokens<VerifiedToken>(rules.cacheSize)
  return (token) => {
    // What time has made bad is judged anew, which says why it is refused.
    const again = typeof token === 'string' ? accepted.find(token, rules.now()) : null
    if (again !== null) return again
    const { header, claims } = verifyToken(token, bindings, rules)
    // Before the schema, which may change them.
    const good = periodOf(claims, rules)
    const verified = deepFreeze({ header, claims: applySchema(claims, rules) })
    accepted.remember({ token, good, verified })
    return verified
  }
}

/** @throws TypeError when it is no key, or its algorithm is not among those allowed */
export function bindingsFor(keys: Key | KeySet, rules: VerifyRules): HeaderBindings {
  if (!isKey(keys) && !isKeySet(keys)) {
    throw new TypeError('verify: the key must be a Key or a KeySet, never a text')
  }
  if (isKey(keys) && rules.algorithms?.includes(keys.algorithm) === false) {
    throw new TypeError(`verify: algorithms excludes the key's own, ${keys.algorithm}`)
  }
  return headerBindingsOf(keys)
}

function verifyToken(token: string, bindings: HeaderBindings, rules: VerifyRules): VerifiedToken {
  const { first, second } = splitCompact(token, rules.maxTokenBytes)
  const known = bindings.find(token, first)
  const binding = known ?? bindings.bind(token.slice(0, first))
  checkAlgorithm(binding, rules)
  checkVerdict(binding.check(token, second))
  if (known === null) bindings.remember(binding)
  return {
    header: binding.header,
    claims: readClaims(token.slice(first + 1, second), binding, rules),
  }
}

/** @throws TokenError `algorithm_mismatch` */
export function checkAlgorithm({ key }: HeaderBinding, { algorithms }: VerifyRules): void {
  if (algorithms !== null && !algorithms.includes(key.algorithm)) {
    throw new TokenError('algorithm_mismatch')
  }
}

/** @throws TokenError `signature_invalid`, `token_malformed` */
export function checkVerdict(verdict: SignatureVerdict): void {
  if (verdict === 'good') return
  throw verdict === 'bad' ? new TokenError('signature_invalid') : notCanonical()
}

/** Everything behind the signature but the schema. */
export function readClaims(payload: string, { header }: HeaderBinding, rules: VerifyRules): Claims {
  const claims = parseClaims(payload)
  checkType(header.typ, rules.type)
  checkClaims(claims, rules, rules.now())
  return claims
}

function applySchema(claims: Claims, { schema }: VerifyRules): Claims {
  return schema === null ? claims : (validateClaims(schema, claims) as Claims)
}

/**
 * The text must be ASCII.
 *
 * @throws TokenError `token_malformed`, `payload_invalid`
 */
export function parseClaims(payload: string): Claims {
  const length = writeBase64url(payload, payloadBytes)
  if (length < 0) throw notCanonical()
  try {
    return parseJsonObject(payloadBytes, length)
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new TokenError('payload_invalid', { reason: error.message })
  }
}

function checkType(found: string | undefined, expected: string | null | undefined): void {
  if (expected === null || found === expected) return
  const isExpected =
    expected === undefined
      ? normalizeType(found ?? '') === 'jwt'
      : found !== undefined && normalizeType(found) === expected
  if (!isExpected) throw new TokenError('type_mismatch')
}

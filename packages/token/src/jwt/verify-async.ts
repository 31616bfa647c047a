import type { Key } from '../jwk/key.ts'
import type { HeaderBindings } from '../jwks/header-bindings.ts'
import type { KeySet } from '../jwks/key-set.ts'
import { splitCompact } from '../jws/compact.ts'
import { checkOnPool, isSlowToVerify } from '../jws/signature.ts'
import type { Claims } from './claims.ts'
import { type SchemaOutput, type StandardSchema, validateClaimsAsync } from './standard-schema.ts'
import {
  bindingsFor,
  checkAlgorithm,
  checkVerdict,
  readClaims,
  type VerifiedToken,
} from './verify.ts'
import { parseVerifyOptions, type VerifyOptions, type VerifyRules } from './verify-options.ts'

/**
 * `verify` with elliptic-curve signatures checked on the thread pool, which pays when many
 * requests wait at once and costs when they do not; other signatures are checked at once. Takes
 * asynchronous schemas.
 */
export async function verifyAsync<S extends StandardSchema>(
  token: string,
  keys: Key | KeySet,
  options: VerifyOptions & { readonly claims: S },
): Promise<VerifiedToken<SchemaOutput<S>>>
export async function verifyAsync<C extends object = Claims>(
  token: string,
  keys: Key | KeySet,
  options: VerifyOptions,
): Promise<VerifiedToken<C>>
export async function verifyAsync(
  token: string,
  keys: Key | KeySet,
  options: VerifyOptions,
): Promise<VerifiedToken> {
  return createAsyncVerifier(keys, options)(token)
}

/** `verifyAsync` with keys and options resolved once. It has no cache. */
export function createAsyncVerifier<S extends StandardSchema>(
  keys: Key | KeySet,
  options: VerifyOptions & { readonly claims: S },
): (token: string) => Promise<VerifiedToken<SchemaOutput<S>>>
export function createAsyncVerifier<C extends object = Claims>(
  keys: Key | KeySet,
  options: VerifyOptions,
): (token: string) => Promise<VerifiedToken<C>>
export function createAsyncVerifier(
  keys: Key | KeySet,
  options: VerifyOptions,
): (token: string) => Promise<VerifiedToken> {
  const rules = parseVerifyOptions(options)
  if (rules.cacheSize !== 0) throw new TypeError('createAsyncVerifier: it has no cache')
  const bindings = bindingsFor(keys, rules)
  return (token) => verifyToken(token, bindings, rules)
}

async function verifyToken(
  token: string,
  bindings: HeaderBindings,
  rules: VerifyRules,
): Promise<VerifiedToken> {
  const { first, second } = splitCompact(token, rules.maxTokenBytes)
  const known = bindings.find(token, first)
  const binding = known ?? bindings.bind(token.slice(0, first))
  checkAlgorithm(binding, rules)
  checkVerdict(
    isSlowToVerify(binding.key)
      ? await checkOnPool(binding.key, token, second)
      : binding.check(token, second),
  )
  if (known === null) bindings.remember(binding)
  const claims = readClaims(token.slice(first + 1, second), binding, rules)
  if (rules.schema === null) return { header: binding.header, claims }
  return {
    header: binding.header,
    claims: (await validateClaimsAsync(rules.schema, claims)) as Claims,
  }
}

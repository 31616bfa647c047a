import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { type Key, materialOf } from '../jwk/key.ts'
import { signBytes } from '../jws/signature.ts'
import {
  checkRegisteredClaims,
  parseSignOptions,
  type SignOptions,
  type SignRules,
} from './sign-options.ts'

/**
 * A signed token. `iat` is now unless the claims have one; `exp` comes from `expiresIn` or from
 * the claims, and a token without it is an error. A claim that is also an option is an error too.
 * Nothing is signed that `verify` would refuse for its form.
 *
 * @throws TypeError for claims, options or a key that will not do
 */
export function sign(
  claims: Readonly<Record<string, unknown>>,
  key: Key,
  options: SignOptions,
): string {
  return createSigner(key, options)(claims)
}

/** `sign` with key and options resolved once, for hot paths. */
export function createSigner(
  key: Key,
  options: SignOptions,
): (claims: Readonly<Record<string, unknown>>) => string {
  materialOf(key)
  if (key.kind === 'public') throw new TypeError('sign: a public key cannot sign')
  const rules = parseSignOptions(options)
  const header = encodeHeader(key, rules.type)
  return (claims) => {
    const payload = encodeJson(completeClaims(claims, rules))
    const signingInput = `${header}.${payload}`
    return `${signingInput}.${signBytes(key, Buffer.from(signingInput, 'latin1')).toString('base64url')}`
  }
}

function encodeHeader(key: Key, type: string | null): string {
  const header: Record<string, string> = { alg: key.algorithm }
  if (type !== null) header['typ'] = type
  if (key.kid !== undefined) header['kid'] = key.kid
  return encodeJson(header)
}

function completeClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: SignRules,
): Record<string, unknown> {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new TypeError('sign: the claims must be an object')
  }
  for (const name of Object.keys(rules.claims)) {
    if (claims[name] !== undefined) throw new TypeError(`sign: ${name} is given twice`)
  }
  checkRegisteredClaims(claims)
  const iat = (claims['iat'] as number | undefined) ?? Math.floor(rules.now())
  const complete: Record<string, unknown> = { ...claims, ...rules.claims, iat }
  if (rules.notBeforeSeconds !== null) {
    if (claims['nbf'] !== undefined) throw new TypeError('sign: nbf is given twice')
    complete['nbf'] = iat + rules.notBeforeSeconds
  }
  if (rules.expiresInSeconds !== null) {
    if (claims['exp'] !== undefined) throw new TypeError('sign: exp is given twice')
    complete['exp'] = iat + rules.expiresInSeconds
  } else if (claims['exp'] === undefined && !rules.isExpiryOmitted) {
    throw new TypeError('sign: expiresIn or a claim exp is needed')
  }
  return complete
}

function encodeJson(value: Record<string, unknown>): string {
  const bytes = Buffer.from(JSON.stringify(value), 'utf8')
  try {
    parseJsonObject(bytes)
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new TypeError(`sign: the claims would not verify: ${error.message}`)
  }
  return bytes.toString('base64url')
}

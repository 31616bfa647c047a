import { JsonProblem, parseJsonObject } from '../json/parse.ts'
import { type Key, materialOf } from '../jwk/key.ts'
import { createTextSigner } from '../jws/signature.ts'
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
  const encode = createEncoder(key, options)
  const signText = createTextSigner(key)
  return (claims) => {
    const signingInput = encode(claims)
    return `${signingInput}.${signText(signingInput)}`
  }
}

/** What is to be signed: header and payload, encoded. */
export function createEncoder(
  key: Key,
  options: SignOptions,
): (claims: Readonly<Record<string, unknown>>) => string {
  materialOf(key)
  if (key.kind === 'public') throw new TypeError('sign: a public key cannot sign')
  const rules = parseSignOptions(options)
  const header: Record<string, string> = { alg: key.algorithm }
  if (rules.type !== null) header['typ'] = rules.type
  if (key.kid !== undefined) header['kid'] = key.kid
  const prefix = `${encodeJson(header)}.`
  return (claims) => prefix + encodeJson(completeClaims(claims, rules))
}

function completeClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: SignRules,
): Record<string, unknown> {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new TypeError('sign: the claims must be an object')
  }
  for (const name of rules.claimNames) {
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
  const text = JSON.stringify(value)
  const bytes = Buffer.from(text, 'utf8')
  if (!isPlain(value, text)) checkVerifies(bytes)
  return bytes.toString('base64url')
}

/**
 * True when nothing in what JSON.stringify wrote could be refused: it never writes a member twice,
 * so only nesting, a member `__proto__` and a lone surrogate are left.
 */
function isPlain(value: Record<string, unknown>, text: string): boolean {
  for (const name in value) {
    const member = value[name]
    if (typeof member === 'object' && member !== null && !isListOfTexts(member)) return false
  }
  return !text.includes('__proto__') && !text.includes('\\ud')
}

function isListOfTexts(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function checkVerifies(bytes: Buffer): void {
  try {
    parseJsonObject(bytes)
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    throw new TypeError(`sign: the claims would not verify: ${error.message}`)
  }
}

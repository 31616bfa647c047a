// Tokens made by hand with node:crypto, so that the library never judges its own work, and one
// way to ask for a verdict that goes through every door of the library.
import { constants, createHmac, type KeyObject, sign } from 'node:crypto'
import * as T from '@signet/token'
import { expect } from 'vitest'

export const NOW = 1_800_000_000
export const expected = {
  issuer: 'https://issuer.example',
  audience: 'orders',
  now: () => NOW,
} as const satisfies T.VerifyOptions

/** Claims that are accepted as they are. */
export const good = {
  iss: 'https://issuer.example',
  aud: 'orders',
  sub: 'u1',
  iat: NOW - 10,
  exp: NOW + 900,
}

/** An object is written as JSON; text and bytes travel as they are. */
export type Part = string | Buffer | Readonly<Record<string, unknown>> | readonly unknown[]
export type RawSigner = (input: Buffer) => Buffer

export function encodePart(part: Part): string {
  if (Buffer.isBuffer(part)) return part.toString('base64url')
  const text = typeof part === 'string' ? part : JSON.stringify(part)
  return Buffer.from(text, 'utf8').toString('base64url')
}

/** A token whose signature is right, whatever its parts say. */
export function forge(header: Part, payload: Part, signer: RawSigner): string {
  return signParts(encodePart(header), encodePart(payload), signer)
}

/** The same for parts that are encoded already, well or badly. */
export function signParts(header: string, payload: string, signer: RawSigner): string {
  const input = `${header}.${payload}`
  return `${input}.${signer(Buffer.from(input, 'utf8')).toString('base64url')}`
}

export function hmacSigner(secret: Uint8Array, hash = 'sha256'): RawSigner {
  return (input) => createHmac(hash, secret).update(input).digest()
}

export function rsaSigner(key: KeyObject, hash = 'sha256'): RawSigner {
  return (input) => sign(hash, input, key)
}

export function pssSigner(key: KeyObject, hash = 'sha256'): RawSigner {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return (input) => sign(hash, input, { key, padding, saltLength: -1 })
}

export function ecSigner(key: KeyObject, hash = 'sha256'): RawSigner {
  return (input) => sign(hash, input, { key, dsaEncoding: 'ieee-p1363' })
}

export function edSigner(key: KeyObject): RawSigner {
  return (input) => sign(null, input, key)
}

/**
 * `'accepted'` or the code of the refusal. Asks a verifier, one that remembers tokens (twice) and
 * the asynchronous one, and insists that they agree; anything thrown but a TokenError passes on.
 */
export async function verdict(
  token: unknown,
  keys: T.Key | T.KeySet,
  options: T.VerifyOptions = expected,
): Promise<string> {
  const text = token as string
  const remembering = T.createVerifier(keys, { ...options, cacheSize: 10 })
  const verdicts = [
    codeOf(() => T.verify(text, keys, options)),
    codeOf(() => remembering(text)),
    codeOf(() => remembering(text)),
    await T.verifyAsync(text, keys, options).then(
      () => 'accepted',
      (error: unknown) => codeOfError(error),
    ),
  ]
  expect(new Set(verdicts).size, `doors disagree: ${verdicts.join(', ')}`).toBe(1)
  return String(verdicts[0])
}

export function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return codeOfError(error)
  }
  return 'accepted'
}

function codeOfError(error: unknown): string {
  if (error instanceof T.TokenError || error instanceof T.KeyError) return error.code
  throw error
}

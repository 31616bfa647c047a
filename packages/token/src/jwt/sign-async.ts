import type { Key } from '../jwk/key.ts'
import { createAsyncPayloadSigner } from '../jws/signature.ts'
import { createEncoder } from './sign.ts'
import type { SignOptions, UncheckedClaims } from './sign-options.ts'

/**
 * `sign` that leaves the main thread free while an RSA signature is made (a third of a
 * millisecond); with other keys it does the same work at once.
 */
export async function signAsync(
  claims: UncheckedClaims,
  key: Key,
  options: SignOptions,
): Promise<string> {
  return createAsyncSigner(key, options)(claims)
}

/** `signAsync` with key and options resolved once. */
export function createAsyncSigner(
  key: Key,
  options: SignOptions,
): (claims: UncheckedClaims) => Promise<string> {
  const { header, encode } = createEncoder(key, options)
  const signPayload = createAsyncPayloadSigner(key, header)
  return async (claims) => {
    const payload = encode(claims)
    return `${header}${payload}.${await signPayload(payload)}`
  }
}

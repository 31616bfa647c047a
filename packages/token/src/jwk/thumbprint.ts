import { hash, type KeyObject } from 'node:crypto'
import { type Key, materialOf } from './key.ts'

/** The members that make the thumbprint, in the order of RFC 7638 3.2 and RFC 8037 2. */
const MEMBERS: Record<string, readonly string[]> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
}

/**
 * The SHA-256 thumbprint of the public half, in base64url.
 *
 * @throws TypeError for a secret, whose thumbprint would be a test for guesses at it.
 * @see RFC 7638
 */
export function thumbprint(key: Key): string {
  const { publicObject } = materialOf(key)
  if (publicObject === null) throw new TypeError('A secret has no public thumbprint')
  return thumbprintOf(publicObject)
}

export function thumbprintOf(publicObject: KeyObject): string {
  const jwk: Record<string, unknown> = { ...publicObject.export({ format: 'jwk' }) }
  const names = MEMBERS[String(jwk['kty'])] ?? []
  return hash(
    'sha256',
    JSON.stringify(Object.fromEntries(names.map((n) => [n, jwk[n]]))),
    'base64url',
  )
}

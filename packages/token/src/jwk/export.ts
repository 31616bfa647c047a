import { encodeBase64url } from '../bytes/base64url.ts'
import type { PrivateJwk, PublicJwk } from './jwk.ts'
import { type Key, materialOf } from './key.ts'

/**
 * The public half as a JSON Web Key, with `alg`, `use` and, where the key has one, `kid`.
 *
 * @throws TypeError for a secret: a symmetric key has nothing to publish.
 */
export function exportJwk(key: Key): PublicJwk {
  const { publicObject } = materialOf(key)
  if (publicObject === null) throw new TypeError('A secret has no public half to export')
  return { ...publicObject.export({ format: 'jwk' }), ...namesOf(key) } as unknown as PublicJwk
}

/**
 * A private key or secret with everything in it. Whoever reads the result can sign.
 *
 * @throws TypeError for a public key.
 */
export function exportPrivateJwk(key: Key): PrivateJwk {
  const { keyObject } = materialOf(key)
  if (key.kind === 'public') throw new TypeError('A public key has no private half to export')
  if (key.kind === 'secret') {
    return { kty: 'oct', k: encodeBase64url(keyObject.export()), ...namesOf(key) }
  }
  return { ...keyObject.export({ format: 'jwk' }), ...namesOf(key) } as unknown as PrivateJwk
}

/**
 * The public half as PEM (SPKI). Algorithm and key id do not travel in it.
 *
 * @throws TypeError for a secret.
 */
export function exportPem(key: Key): string {
  const { publicObject } = materialOf(key)
  if (publicObject === null) throw new TypeError('A secret has no public half to export')
  return String(publicObject.export({ format: 'pem', type: 'spki' }))
}

/**
 * A private key as unencrypted PEM (PKCS#8). Whoever reads it can sign.
 *
 * @throws TypeError for a secret or a public key.
 */
export function exportPrivatePem(key: Key): string {
  if (key.kind !== 'private') throw new TypeError('Only a private key has a private PEM')
  return String(materialOf(key).keyObject.export({ format: 'pem', type: 'pkcs8' }))
}

function namesOf(key: Key) {
  const names = { alg: key.algorithm, use: 'sig' as const }
  return key.kid === undefined ? names : { ...names, kid: key.kid }
}

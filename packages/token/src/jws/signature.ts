// Bytes to sign and verify. Which operation a key may do follows from its algorithm alone.
import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto'
import { type Key, materialOf } from '../jwk/key.ts'
import type { AlgorithmSpec } from './algorithms.ts'

/** @throws TypeError for a public key */
export function signBytes(key: Key, data: Uint8Array): Buffer {
  const { spec, keyObject } = materialOf(key)
  if (key.kind === 'public') throw new TypeError('A public key cannot sign')
  if (spec.family === 'hmac') return createHmac(spec.hash, keyObject).update(data).digest()
  return sign(spec.hash, data, { key: keyObject, ...encodingOf(spec) })
}

export function isSignatureOf(key: Key, data: Uint8Array, signature: Uint8Array): boolean {
  const { spec, keyObject, publicObject, signatureBytes } = materialOf(key)
  if (signature.length !== signatureBytes) return false
  if (spec.family === 'hmac') {
    return timingSafeEqual(createHmac(spec.hash, keyObject).update(data).digest(), signature)
  }
  return verify(spec.hash, data, { key: publicObject ?? keyObject, ...encodingOf(spec) }, signature)
}

function encodingOf(spec: AlgorithmSpec) {
  if (spec.family === 'ec') return { dsaEncoding: 'ieee-p1363' as const }
  if (spec.family !== 'rsa') return {}
  if (spec.padding === 'pkcs1') return { padding: constants.RSA_PKCS1_PADDING }
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: spec.hashBytes }
}

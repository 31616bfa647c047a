// Keys and tokens for the token benchmarks: what an access token of a service usually holds.
import { createSecretKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import * as T from '@signet/token'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'
/** A power of two: the loops take the next token with a mask. */
const TOKENS = 256

const PAIRS = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'prime256v1' }],
  EdDSA: ['ed25519', {}],
}

export async function createKeys(algorithms) {
  return Object.fromEntries(algorithms.map((algorithm) => [algorithm, createKey(algorithm)]))
}

function createKey(algorithm) {
  const secret = randomBytes(32)
  const { privateKey, publicKey } =
    algorithm === 'HS256'
      ? { privateKey: createSecretKey(secret), publicKey: createSecretKey(secret) }
      : generateKeyPairSync(...PAIRS[algorithm])
  const kid = randomBytes(16).toString('base64url')
  const signingKey = T.importKeyObject(privateKey, { algorithm, kid })
  const verifyingKey = T.importKeyObject(publicKey, { algorithm, kid })
  const claims = Array.from({ length: TOKENS }, (_, index) => ({
    sub: `user_${10_000 + index}`,
    scope: 'orders:read orders:write',
    jti: randomUUID(),
  }))
  const options = { issuer: ISSUER, audience: AUDIENCE, expiresIn: '1h' }
  const tokens = claims.map((one) => T.sign(one, signingKey, options))
  return { algorithm, kid, secret, privateKey, publicKey, signingKey, verifyingKey, claims, tokens }
}

/** PEM for those who want text; the secret for HMAC. */
export function textOf({ algorithm, secret }, keyObject) {
  if (algorithm === 'HS256') return secret
  return keyObject.export({ format: 'pem', type: keyObject.type === 'public' ? 'spki' : 'pkcs8' })
}

export function rawOptionsOf(algorithm, key) {
  if (algorithm === 'ES256') return { key, dsaEncoding: 'ieee-p1363' }
  // RSA_PKCS1_PSS_PADDING with a salt as long as the hash.
  if (algorithm === 'PS256') return { key, padding: 6, saltLength: 32 }
  return key
}

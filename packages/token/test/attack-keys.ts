// One key of each family, with the node:crypto halves that an attacker or a broken issuer would
// use. Made once per test file.
import { type KeyObject, randomBytes } from 'node:crypto'
import * as T from '@signet/token'
import { ecSigner, edSigner, hmacSigner, pssSigner, type RawSigner, rsaSigner } from './forge.ts'
import { createPair } from './key-pairs.ts'

export interface AttackKey {
  readonly algorithm: T.Algorithm
  readonly kid: string
  /** What the verifier holds. */
  readonly key: T.Key
  readonly publicObject: KeyObject | null
  readonly privateObject: KeyObject | null
  /** Signs as this algorithm says. */
  readonly signer: RawSigner
}

export const secret = randomBytes(64)

const rsa = createPair.rsa(2048)
const p256 = createPair.ec('prime256v1')
const p384 = createPair.ec('secp384r1')
const p521 = createPair.ec('secp521r1')
const ed25519 = createPair.ed25519()

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

function pairKey(algorithm: T.Algorithm, pair: Pair, signer: RawSigner): AttackKey {
  const kid = `kid-${algorithm}`
  return {
    algorithm,
    kid,
    key: T.importKeyObject(pair.publicKey, { algorithm, kid }),
    publicObject: pair.publicKey,
    privateObject: pair.privateKey,
    signer,
  }
}

function macKey(algorithm: 'HS256' | 'HS384' | 'HS512', hash: string): AttackKey {
  const kid = `kid-${algorithm}`
  const key = T.secretKey(secret, { algorithm, kid })
  const signer = hmacSigner(secret, hash)
  return { algorithm, kid, key, publicObject: null, privateObject: null, signer }
}

export const HS256 = macKey('HS256', 'sha256')
export const RS256 = pairKey('RS256', rsa, rsaSigner(rsa.privateKey))
export const PS256 = pairKey('PS256', rsa, pssSigner(rsa.privateKey))
export const ES256 = pairKey('ES256', p256, ecSigner(p256.privateKey))
export const EdDSA = pairKey('EdDSA', ed25519, edSigner(ed25519.privateKey))

/** One key of each algorithm; RSA algorithms share their numbers, HMAC ones their secret. */
export const EVERY: readonly AttackKey[] = [
  HS256,
  macKey('HS384', 'sha384'),
  macKey('HS512', 'sha512'),
  RS256,
  pairKey('RS384', rsa, rsaSigner(rsa.privateKey, 'sha384')),
  pairKey('RS512', rsa, rsaSigner(rsa.privateKey, 'sha512')),
  PS256,
  pairKey('PS384', rsa, pssSigner(rsa.privateKey, 'sha384')),
  pairKey('PS512', rsa, pssSigner(rsa.privateKey, 'sha512')),
  ES256,
  pairKey('ES384', p384, ecSigner(p384.privateKey, 'sha384')),
  pairKey('ES512', p521, ecSigner(p521.privateKey, 'sha512')),
  EdDSA,
  pairKey('Ed25519', ed25519, edSigner(ed25519.privateKey)),
]

export const ASYMMETRIC = EVERY.filter(({ publicObject }) => publicObject !== null)

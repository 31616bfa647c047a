// A Key is key material bound to one algorithm for life. What it is made of stays in this room:
// nothing that prints, serialises or clones a Key shows it.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Algorithm, type AlgorithmSpec, getAlgorithmSpec } from '../jws/algorithms.ts'

export type KeyKind = 'secret' | 'private' | 'public'

export interface KeyMaterial {
  readonly spec: AlgorithmSpec
  readonly keyObject: KeyObject
  /** What verifies: the public half; null for a secret. */
  readonly publicObject: KeyObject | null
  /** Exact length of every signature that this key makes. */
  readonly signatureBytes: number
}

export interface KeyParts {
  readonly algorithm: Algorithm
  readonly kid: string | undefined
  /** Already judged fit for the algorithm: this room does not check it again. */
  readonly keyObject: KeyObject
}

/** The material of a key, for the rooms that compute with it. Not exported from the package. */
export let materialOf: (key: Key) => KeyMaterial

export class Key {
  readonly algorithm: Algorithm
  readonly kid: string | undefined
  readonly kind: KeyKind
  readonly #material: KeyMaterial

  static {
    materialOf = (key) => {
      if (!isKey(key)) throw new TypeError('Not a Key: import, generate or create one first')
      return key.#material
    }
  }

  constructor({ algorithm, kid, keyObject }: KeyParts) {
    const spec = getAlgorithmSpec(algorithm)
    this.algorithm = algorithm
    this.kid = kid
    this.kind = keyObject.type
    this.#material = {
      spec,
      keyObject,
      publicObject: publicObjectOf(keyObject),
      signatureBytes: signatureBytesOf(spec, keyObject),
    }
    Object.freeze(this)
  }

  static isKey(value: unknown): value is Key {
    return typeof value === 'object' && value !== null && #material in value
  }
}

export function isKey(value: unknown): value is Key {
  return Key.isKey(value)
}

/**
 * The public half of a private key, with its algorithm and kid; a public key is returned as it is.
 *
 * @throws TypeError for a secret, which has no public half.
 */
export function publicKey(key: Key): Key {
  const { publicObject } = materialOf(key)
  if (publicObject === null) throw new TypeError('A secret has no public half')
  if (key.kind === 'public') return key
  return new Key({ algorithm: key.algorithm, kid: key.kid, keyObject: publicObject })
}

function publicObjectOf(keyObject: KeyObject): KeyObject | null {
  if (keyObject.type === 'secret') return null
  return keyObject.type === 'public' ? keyObject : createPublicKey(keyObject)
}

function signatureBytesOf(spec: AlgorithmSpec, keyObject: KeyObject): number {
  switch (spec.family) {
    case 'hmac':
      return spec.hashBytes
    case 'ec':
      return 2 * spec.coordinateBytes
    case 'okp':
      return keyObject.asymmetricKeyType === 'ed448' ? 114 : 64
    case 'rsa':
      return Math.ceil((keyObject.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
  }
}

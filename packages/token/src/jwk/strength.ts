// Is this key material fit for this algorithm? Every way into the package (JWK, PEM, KeyObject,
// secret bytes, generation) passes here, so that no format is a way around a limit.
import type { KeyObject } from 'node:crypto'
import { KeyError } from '../errors.ts'
import { type Algorithm, getAlgorithmSpec } from '../jws/algorithms.ts'
import { isKnownSecret } from './known-secrets.ts'
import { isRocaModulus } from './roca.ts'
import { isSmallOrderPoint } from './small-order.ts'

const MIN_MODULUS_BITS = 2048
// OpenSSL verifies nothing larger, and a hostile key set must not buy seconds of arithmetic.
const MAX_MODULUS_BITS = 16_384
const MAX_EXPONENT = 1n << 64n

interface Candidate {
  readonly keyObject: KeyObject
  readonly algorithm: Algorithm
  readonly kid: string | undefined
}

/**
 * Does not check that the private half of a pair fits the public one: importing does.
 *
 * @throws KeyError `key_algorithm_mismatch`, `key_too_small`, `key_weak`
 */
export function checkStrength({ keyObject, algorithm, kid }: Candidate): void {
  const spec = getAlgorithmSpec(algorithm)
  const type = keyObject.type === 'secret' ? 'secret' : keyObject.asymmetricKeyType
  switch (spec.family) {
    case 'hmac':
      if (type !== 'secret') throw mismatch({ algorithm, kid, found: type })
      checkSecret({ bytes: keyObject.export(), minBytes: spec.hashBytes, algorithm, kid })
      return
    case 'rsa':
      if (type !== 'rsa') throw mismatch({ algorithm, kid, found: type })
      checkRsa({ keyObject, algorithm, kid })
      return
    case 'ec': {
      const curve = keyObject.asymmetricKeyDetails?.namedCurve
      if (type !== 'ec' || curve !== spec.namedCurve) {
        throw mismatch({ algorithm, kid, found: type === 'ec' ? `curve ${curve}` : type })
      }
      return
    }
    case 'okp': {
      const curve = type === 'ed25519' ? 'Ed25519' : type === 'ed448' ? 'Ed448' : null
      if (curve === null || !spec.curves.includes(curve)) {
        throw mismatch({ algorithm, kid, found: type })
      }
      if (isSmallOrderPoint(keyObject, curve)) {
        throw new KeyError('key_weak', 'the public key is not canonical or has a small order', {
          kid,
        })
      }
    }
  }
}

function mismatch(problem: {
  algorithm: Algorithm
  kid: string | undefined
  found: string | undefined
}): KeyError {
  const { algorithm, kid, found } = problem
  return new KeyError('key_algorithm_mismatch', `the key does not fit ${algorithm}`, {
    kid,
    found: `a key of type ${found}`,
  })
}

interface SecretCandidate {
  readonly bytes: Uint8Array
  readonly minBytes: number
  readonly algorithm: Algorithm
  readonly kid: string | undefined
}

function checkSecret({ bytes, minBytes, algorithm, kid }: SecretCandidate): void {
  if (bytes.length < minBytes) {
    throw new KeyError('key_too_small', `the secret is too short for ${algorithm}`, {
      kid,
      found: `${bytes.length} bytes`,
      needed: `at least ${minBytes} bytes`,
    })
  }
  if (isKnownSecret(bytes)) {
    throw new KeyError('key_weak', 'the secret stands in public lists of known secrets', { kid })
  }
}

function checkRsa({ keyObject, algorithm, kid }: Candidate): void {
  const { modulusLength = 0, publicExponent = 0n } = keyObject.asymmetricKeyDetails ?? {}
  if (modulusLength < MIN_MODULUS_BITS || modulusLength > MAX_MODULUS_BITS) {
    throw new KeyError('key_too_small', `the RSA modulus has a size that ${algorithm} refuses`, {
      kid,
      found: `${modulusLength} bits`,
      needed: `${MIN_MODULUS_BITS} to ${MAX_MODULUS_BITS} bits`,
    })
  }
  if (publicExponent < 3n || publicExponent % 2n === 0n || publicExponent > MAX_EXPONENT) {
    throw new KeyError('key_weak', 'the RSA public exponent is not an odd number from 3 to 2^64', {
      kid,
    })
  }
  if (isRocaModulus(modulusOf(keyObject))) {
    throw new KeyError('key_weak', 'the RSA modulus was made by a broken generator (ROCA)', { kid })
  }
}

function modulusOf(keyObject: KeyObject): bigint {
  const { n } = keyObject.export({ format: 'jwk' })
  return BigInt(`0x${Buffer.from(n ?? '', 'base64url').toString('hex')}`)
}

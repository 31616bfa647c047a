import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { type Algorithm, getAlgorithmSpec, isAlgorithm } from '../jws/algorithms.ts'
import { checkOptionNames } from '../option-names.ts'
import { importKeyObject } from './import.ts'
import type { Key } from './key.ts'
import { thumbprintOf } from './thumbprint.ts'

export interface GenerateKeyOptions {
  /** Default: the RFC 7638 thumbprint; a secret has none unless it is given. */
  readonly kid?: string
  /** Bits of an RSA modulus, a multiple of 8 from 2048 to 16384. Default 2048. */
  readonly modulusLength?: number
  /** For `EdDSA` only. Default `Ed25519`. */
  readonly curve?: 'Ed25519' | 'Ed448'
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['kid', 'modulusLength', 'curve'])
const DEFAULT_MODULUS_BITS = 2048

// Keys come out of their generation as bytes and are read again. A generated KeyObject shares a lock
// with the job that made it, and on Node 20 the process hangs for ever when the garbage collector
// ends that job while the key is being exported as a JWK.
const AS_BYTES = {
  privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  publicKeyEncoding: { format: 'der', type: 'spki' },
} as const

type Generated = (error: Error | null, publicKey: Buffer, privateKey: Buffer) => void

function generatePrivateKey(start: (done: Generated) => void): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    start((error, _publicKey, key) => {
      if (error === null) resolve(createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
      else reject(error)
    })
  })
}

/** A new private key, or a secret as long as the hash, from the system's random numbers. */
export async function generateKey(
  algorithm: Algorithm,
  options: GenerateKeyOptions = {},
): Promise<Key> {
  checkOptionNames(options, OPTION_NAMES, 'generateKey')
  if (!isAlgorithm(algorithm)) throw new TypeError('generateKey: unknown algorithm')
  const keyObject = await generateKeyObject(algorithm, options)
  const kid =
    options.kid ??
    (keyObject.type === 'secret' ? undefined : thumbprintOf(createPublicKey(keyObject)))
  return importKeyObject(keyObject, kid === undefined ? { algorithm } : { algorithm, kid })
}

async function generateKeyObject(
  algorithm: Algorithm,
  options: GenerateKeyOptions,
): Promise<KeyObject> {
  const spec = getAlgorithmSpec(algorithm)
  if (options.modulusLength !== undefined && spec.family !== 'rsa') {
    throw new TypeError('generateKey: modulusLength is for RSA alone')
  }
  if (options.curve !== undefined && algorithm !== 'EdDSA') {
    throw new TypeError('generateKey: curve is for EdDSA alone')
  }
  switch (spec.family) {
    case 'hmac':
      return createSecretKey(randomBytes(spec.hashBytes))
    case 'rsa': {
      const modulusLength = options.modulusLength ?? DEFAULT_MODULUS_BITS
      if (modulusLength % 8 !== 0 || modulusLength < 2048 || modulusLength > 16_384) {
        throw new TypeError('generateKey: modulusLength must be a multiple of 8, 2048 to 16384')
      }
      return generatePrivateKey((done) =>
        generateKeyPair('rsa', { modulusLength, ...AS_BYTES }, done),
      )
    }
    case 'ec':
      return generatePrivateKey((done) =>
        generateKeyPair('ec', { namedCurve: spec.namedCurve, ...AS_BYTES }, done),
      )
    case 'okp':
      return generatePrivateKey((done) =>
        options.curve === 'Ed448'
          ? generateKeyPair('ed448', AS_BYTES, done)
          : generateKeyPair('ed25519', AS_BYTES, done),
      )
  }
}

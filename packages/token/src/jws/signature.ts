// Bytes to sign and verify. Which operation a key may do follows from its algorithm alone; the
// operations are chosen once per key, so that a token costs no decision.
import { constants, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { decodeBase64url, isBase64url, writeBase64url } from '../bytes/base64url.ts'
import {
  isEqualAt,
  MAX_TOKEN_BYTES,
  SCRATCH_START,
  scratchView,
  writeAscii,
} from '../bytes/scratch.ts'
import { type Key, type KeyMaterial, materialOf } from '../jwk/key.ts'
import type { HmacSpec, RsaSpec } from './algorithms.ts'
import { fromDer, toDer } from './ecdsa-der.ts'
import { createHmacPads, macOfScratch } from './hmac.ts'

/**
 * Judges the signature of a token that lies in the scratch (see `writeAscii`); `inputLength` is
 * where its second dot is.
 */
export type SignatureCheck = (token: string, inputLength: number) => SignatureVerdict

/** `malformed`: not canonical base64url, which is said apart from a wrong signature. */
export type SignatureVerdict = 'good' | 'bad' | 'malformed'

/** Signs ASCII text and returns the signature in base64url. */
export type TextSigner = (signingInput: string) => string

const signOnPool = promisify(sign)
const verifyOnPool = promisify(verify)

const checks = new WeakMap<Key, SignatureCheck>()

export function signatureCheckOf(key: Key): SignatureCheck {
  let check = checks.get(key)
  if (check === undefined) {
    const material = materialOf(key)
    check =
      material.spec.family === 'hmac'
        ? createMacCheck(material.spec, material.keyObject)
        : createPublicCheck(material)
    checks.set(key, check)
  }
  return check
}

/** @throws TypeError for a public key */
export function createTextSigner(key: Key): TextSigner {
  const { spec, keyObject } = materialOf(key)
  if (key.kind === 'public') throw new TypeError('A public key cannot sign')
  if (spec.family === 'hmac') {
    const pads = createHmacPads(spec, keyObject.export())
    return (signingInput) => {
      layDown(signingInput)
      return macOfScratch(pads, signingInput.length)
    }
  }
  const input = signInputOf(materialOf(key))
  return (signingInput) => {
    layDown(signingInput)
    const signature = sign(spec.hash, scratchView(SCRATCH_START, signingInput.length), input)
    return encodeSignature(materialOf(key), signature)
  }
}

/** What node:crypto's `sign` and `verify` take for a key, with its padding. */
function signInputOf({ spec, keyObject }: KeyMaterial) {
  return withPadding(spec.family === 'rsa' ? spec : null, keyObject)
}

function verifyInputOf({ spec, keyObject, publicObject }: KeyMaterial) {
  return withPadding(spec.family === 'rsa' ? spec : null, publicObject ?? keyObject)
}

function encodeSignature({ spec }: KeyMaterial, signature: Buffer): string {
  const jws = spec.family === 'ec' ? fromDer(signature, spec.coordinateBytes) : signature
  return jws.toString('base64url')
}

/** Whether a verification takes so long that the thread pool, 45 to 90 µs away, is worth it. */
export function isSlowToVerify(key: Key): boolean {
  const { family } = materialOf(key).spec
  return family === 'ec' || family === 'okp'
}

/** Judges like the check of the same key, on the thread pool and without the scratch. */
export async function checkOnPool(
  key: Key,
  token: string,
  inputLength: number,
): Promise<SignatureVerdict> {
  const material = materialOf(key)
  const bytes = decodeBase64url(token.slice(inputLength + 1))
  if (bytes === null) return 'malformed'
  if (bytes.length !== material.signatureBytes) return 'bad'
  const native = material.spec.family === 'ec' ? toDer(bytes) : bytes
  const data = Buffer.from(token.slice(0, inputLength), 'latin1')
  const isGood = await verifyOnPool(material.spec.hash, data, verifyInputOf(material), native)
  return isGood ? 'good' : 'bad'
}

/**
 * RSA signing alone goes to the thread pool; everything else is done before a hop there and back
 * would be.
 *
 * @throws TypeError for a public key
 */
export function createAsyncTextSigner(key: Key): (signingInput: string) => Promise<string> {
  const material = materialOf(key)
  const { spec } = material
  const signText = createTextSigner(key)
  if (spec.family !== 'rsa') return async (signingInput) => signText(signingInput)
  const input = signInputOf(material)
  return async (signingInput) => {
    checkSize(signingInput)
    const data = Buffer.from(signingInput, 'latin1')
    return encodeSignature(material, await signOnPool(spec.hash, data, input))
  }
}

function createMacCheck(spec: HmacSpec, secret: KeyObject): SignatureCheck {
  const pads = createHmacPads(spec, secret.export())
  const macLength = Math.ceil((spec.hashBytes * 4) / 3)
  return (token, inputLength) => {
    const mac = macOfScratch(pads, inputLength)
    const start = inputLength + 1
    if (token.length - start === macLength && isEqualAt(SCRATCH_START + start, mac)) {
      return 'good'
    }
    return judgeUnequal(token.slice(start))
  }
}

function createPublicCheck(material: KeyMaterial): SignatureCheck {
  const { spec, signatureBytes } = material
  const input = verifyInputOf(material)
  const bytes = Buffer.alloc(signatureBytes)
  const signatureLength = Math.ceil((signatureBytes * 4) / 3)
  return (token, inputLength) => {
    const signature = token.slice(inputLength + 1)
    if (signature.length !== signatureLength) return judgeUnequal(signature)
    if (writeBase64url(signature, bytes) < 0) return 'malformed'
    const native = spec.family === 'ec' ? toDer(bytes) : bytes
    return verify(spec.hash, scratchView(SCRATCH_START, inputLength), input, native)
      ? 'good'
      : 'bad'
  }
}

function judgeUnequal(signature: string): SignatureVerdict {
  return isBase64url(signature) ? 'bad' : 'malformed'
}

function withPadding(spec: RsaSpec | null, key: KeyObject) {
  if (spec === null || spec.padding === 'pkcs1') return key
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: spec.hashBytes }
}

function layDown(signingInput: string): void {
  checkSize(signingInput)
  writeAscii(signingInput)
}

function checkSize(signingInput: string): void {
  if (signingInput.length > MAX_TOKEN_BYTES) throw new TypeError('sign: the token is too large')
}

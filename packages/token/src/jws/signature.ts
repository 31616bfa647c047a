// Bytes to sign and verify. Which operation a key may do follows from its algorithm alone; the
// operations are chosen once per key, so that a token costs no decision.
import { constants, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { decodeBase64url, isBase64url, writeBase64url } from '../bytes/base64url.ts'
import {
  getScratch,
  isEqualAt,
  MAX_TOKEN_BYTES,
  SCRATCH_START,
  scratchView,
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

/**
 * Signs a payload in base64url behind a header that is always the same, and returns the signature
 * in base64url. The header is in base64url with its dot.
 */
export type PayloadSigner = (payload: string) => string

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
export function createPayloadSigner(key: Key, header: string): PayloadSigner {
  const material = materialOf(key)
  const { spec, keyObject, signatureBytes } = material
  if (key.kind === 'public') throw new TypeError('A public key cannot sign')
  const headerBytes = Buffer.from(header, 'latin1')
  if (spec.family === 'hmac') {
    const pads = createHmacPads(spec, keyObject.export())
    return (payload) => macOfScratch(pads, layDown(headerBytes, payload))
  }
  const input = signInputOf(material)
  const sideBySide = Buffer.alloc(signatureBytes)
  return (payload) => {
    const length = layDown(headerBytes, payload)
    const signature = sign(spec.hash, scratchView(SCRATCH_START, length), input)
    if (spec.family !== 'ec') return signature.toString('base64url')
    fromDer(signature, sideBySide)
    return sideBySide.toString('base64url')
  }
}

/** What node:crypto's `sign` and `verify` take for a key, with its padding. */
function signInputOf({ spec, keyObject }: KeyMaterial) {
  return withPadding(spec.family === 'rsa' ? spec : null, keyObject)
}

function verifyInputOf({ spec, keyObject, publicObject }: KeyMaterial) {
  return withPadding(spec.family === 'rsa' ? spec : null, publicObject ?? keyObject)
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
export function createAsyncPayloadSigner(
  key: Key,
  header: string,
): (payload: string) => Promise<string> {
  const material = materialOf(key)
  const signPayload = createPayloadSigner(key, header)
  if (material.spec.family !== 'rsa') return async (payload) => signPayload(payload)
  const input = signInputOf(material)
  return async (payload) => {
    checkSize(header.length + payload.length)
    const data = Buffer.from(header + payload, 'latin1')
    return (await signOnPool(material.spec.hash, data, input)).toString('base64url')
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

/** The two must be ASCII. Returns how long they are together. */
function layDown(header: Buffer, payload: string): number {
  const length = header.length + payload.length
  checkSize(length)
  const scratch = getScratch()
  scratch.set(header, SCRATCH_START)
  scratch.write(payload, SCRATCH_START + header.length, 'latin1')
  return length
}

function checkSize(length: number): void {
  if (length > MAX_TOKEN_BYTES) throw new TypeError('sign: the token is too large')
}

// Proof that a browser has logged in to an account before: what an attacker who hammers the account
// does not have. Not a credential: it opens nothing, it only waits in another line.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { MasterSecret, SecretRing } from '../config/secrets.ts'

const ID_BYTES = 12
const TEXT = /^[A-Za-z0-9_-]{64}$/

/** 48 bytes: which secret, which device, and a MAC over both and the account's address. */
export function createDeviceProof(secret: MasterSecret, email: string): string {
  const body = Buffer.alloc(4 + ID_BYTES)
  body.writeUInt32BE(secret.id, 0)
  randomBytes(ID_BYTES).copy(body, 4)
  return Buffer.concat([body, macOf(secret, body, email)]).toString('base64url')
}

/** The device's id when the proof is ours and was made for this account; otherwise null. */
export function findDeviceId(secrets: SecretRing, proof: string, email: string): string | null {
  if (!TEXT.test(proof)) return null
  const bytes = Buffer.from(proof, 'base64url')
  const body = bytes.subarray(0, 4 + ID_BYTES)
  const secret = secrets.find(body.readUInt32BE(0))
  if (secret === null) return null
  const isOurs = timingSafeEqual(bytes.subarray(4 + ID_BYTES), macOf(secret, body, email))
  return isOurs ? body.subarray(4).toString('base64url') : null
}

function macOf(secret: MasterSecret, body: Buffer, email: string): Buffer {
  const key = secret.keyFor('signet/device-proof')
  return createHmac('sha256', key).update(body).update(email, 'utf8').digest()
}

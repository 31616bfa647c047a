// How a private key rests in the database: AES-256-GCM under a key of the master secret, bound to
// the kid so that sealed keys cannot be swapped between rows.
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import type { MasterSecret } from '../config/secrets.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** nonce 12 | tag 16 | ciphertext, under a fresh nonce. */
export function sealKey(secret: MasterSecret, kid: string, privateJwk: object): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secret), nonce).setAAD(Buffer.from(kid))
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(privateJwk)), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext])
}

/** Null when this secret does not open it or it was changed. */
export function openSealedKey(secret: MasterSecret, kid: string, sealed: Uint8Array): unknown {
  const bytes = Buffer.from(sealed)
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(secret), nonce, {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(Buffer.from(kid)).setAuthTag(tag)
    const ciphertext = bytes.subarray(NONCE_BYTES + TAG_BYTES)
    return JSON.parse(Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString())
  } catch {
    // Wrong secret and damaged row look the same here; the caller knows the kid and says both.
    return null
  }
}

function sealingKey(secret: MasterSecret): KeyObject {
  return secret.keyFor('signet/key-sealing')
}

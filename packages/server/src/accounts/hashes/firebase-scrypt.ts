import { createCipheriv, timingSafeEqual } from 'node:crypto'
import { checkSizes, type HashKind, HashRefusal } from './hash-kind.ts'
import { deriveKey, memoryOf } from './scrypt.ts'
import { unpaddedBase64 } from './unpadded-base64.ts'

const SHAPE = /^\$firebase-scrypt\$ln=(\d{1,2}),r=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** What all hashes of one Firebase project share. */
export interface FirebaseParameters {
  readonly signerKey: Buffer
  readonly saltSeparator: Buffer
  readonly costLog2: number
  readonly blockSize: number
}

/**
 * Firebase encrypts one key of the project under what scrypt makes of the password. In counter mode
 * that is the key XOR a stream, and the stream alone is kept here: the project's key, which is a
 * secret and opens nothing, does not come along. The text is
 * `$firebase-scrypt$ln=…,r=…$SALT$STREAM`, where the salt ends with the project's separator.
 */
export const firebaseScrypt: HashKind = {
  find(text) {
    if (!text.startsWith('$firebase-scrypt$')) return null
    const parts = SHAPE.exec(text)
    if (parts === null) {
      throw new HashRefusal('hash_malformed', 'this is not a hash of Firebase as Signet keeps it')
    }
    const parameters = {
      costLog2: Number(parts[1]),
      blockSize: Number(parts[2]),
      parallelization: 1,
    }
    const salt = Buffer.from(parts[3] ?? '', 'base64')
    const stream = Buffer.from(parts[4] ?? '', 'base64')
    checkSizes({ salt, hash: stream })
    return {
      memoryBytes: memoryOf(parameters),
      async verify(password) {
        const key = await deriveKey({ ...parameters, password, salt, bytes: 32 })
        const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
        return timingSafeEqual(cipher.update(Buffer.alloc(stream.length)), stream)
      },
    }
  },
}

/** @throws HashRefusal when it cannot have been made with that key */
export function formatFirebase(
  { signerKey, saltSeparator, costLog2, blockSize }: FirebaseParameters,
  { salt, hash }: { salt: Buffer; hash: Buffer },
): string {
  if (hash.length !== signerKey.length) {
    throw new HashRefusal('hash_malformed', "the hash is not as long as the project's signer key")
  }
  const stream = hash.map((byte, index) => byte ^ (signerKey[index] ?? 0))
  const wholeSalt = Buffer.concat([salt, saltSeparator])
  return `$firebase-scrypt$ln=${costLog2},r=${blockSize}$${unpaddedBase64(wholeSalt)}$${unpaddedBase64(stream)}`
}

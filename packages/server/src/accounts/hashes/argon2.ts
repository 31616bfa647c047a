import { verify } from '@node-rs/argon2'
import { checkSizes, type HashKind, HashRefusal, MAX_MEMORY_BYTES } from './hash-kind.ts'

const SHAPE =
  /^\$argon2(?:id|i|d)(?:\$v=(?:16|19))?\$m=(\d{1,7}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** The time goes into filling the memory so many times. */
const MAX_FILLED_KIB = 1_048_576
const MAX_LANES = 16

/** The PHC string of argon2i, argon2d and argon2id, without a secret key. @see RFC 9106 */
export const argon2: HashKind = {
  find(text) {
    if (!text.startsWith('$argon2')) return null
    const parts = SHAPE.exec(text)
    if (parts === null) {
      throw new HashRefusal('hash_malformed', 'this is not a PHC string of argon2 (without a key)')
    }
    const [memoryKib, passes, lanes] = parts.slice(1, 4).map(Number) as [number, number, number]
    const [salt, hash] = parts.slice(4).map((part) => Buffer.from(part, 'base64')) as [
      Buffer,
      Buffer,
    ]
    checkSizes({ salt, hash, minSaltBytes: 8 })
    if (passes < 1 || lanes < 1 || memoryKib < 8 * lanes) {
      throw new HashRefusal('hash_malformed', 'argon2 has no such parameters')
    }
    const memoryBytes = memoryKib * 1_024
    if (
      memoryBytes > MAX_MEMORY_BYTES ||
      memoryKib * passes > MAX_FILLED_KIB ||
      lanes > MAX_LANES
    ) {
      throw new HashRefusal(
        'hash_too_costly',
        'argon2 is taken up to m=262144, p=16, and m times t=1048576',
      )
    }
    return { memoryBytes, verify: (password) => verify(text, password) }
  },
}

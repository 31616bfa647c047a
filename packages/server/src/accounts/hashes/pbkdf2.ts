import { pbkdf2 as pbkdf2Callback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { checkSizes, type HashKind, HashRefusal } from './hash-kind.ts'
import { unpaddedBase64 } from './unpadded-base64.ts'

const derive = promisify(pbkdf2Callback)

const SHAPE = /^\$pbkdf2-(sha1|sha256|sha512)\$(\d{1,9})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const

type Digest = keyof typeof DIGEST_BYTES

const MAX_ITERATIONS = 2_000_000

/** What the library takes beside the text. */
const MEMORY_BYTES = 1_024

/** `$pbkdf2-sha256$ITERATIONS$SALT$HASH`, in base64 with a dot for the plus. @see RFC 8018 */
export const pbkdf2: HashKind = {
  find(text) {
    if (!text.startsWith('$pbkdf2')) return null
    const parts = SHAPE.exec(text)
    if (parts === null) {
      throw new HashRefusal(
        'hash_malformed',
        'this is not $pbkdf2-sha1$, $pbkdf2-sha256$ or $pbkdf2-sha512$ with iterations, salt and hash',
      )
    }
    const digest = parts[1] as Digest
    const iterations = Number(parts[2])
    const [salt, hash] = parts.slice(3).map(decode) as [Buffer, Buffer]
    checkSizes({ salt, hash })
    if (iterations < 1) throw new HashRefusal('hash_malformed', 'PBKDF2 iterates at least once')
    if (iterations > MAX_ITERATIONS) {
      throw new HashRefusal('hash_too_costly', `PBKDF2 is taken up to ${MAX_ITERATIONS} iterations`)
    }
    // Each further block costs as much again and keeps nobody out: guessers compute the first alone.
    const block = hash.subarray(0, DIGEST_BYTES[digest])
    return {
      memoryBytes: MEMORY_BYTES,
      async verify(password) {
        return timingSafeEqual(
          await derive(password, salt, iterations, block.length, digest),
          block,
        )
      },
    }
  },
}

export function formatPbkdf2(parts: {
  digest: string
  iterations: number
  salt: Buffer
  hash: Buffer
}): string {
  const { digest, iterations, salt, hash } = parts
  return `$pbkdf2-${digest}$${iterations}$${encode(salt)}$${encode(hash)}`
}

function encode(bytes: Buffer): string {
  return unpaddedBase64(bytes).replaceAll('+', '.')
}

function decode(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64')
}

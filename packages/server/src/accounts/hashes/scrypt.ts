import { type ScryptOptions, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { checkSizes, type HashKind, HashRefusal, MAX_MEMORY_BYTES } from './hash-kind.ts'
import { unpaddedBase64 } from './unpadded-base64.ts'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scryptCallback)

const SHAPE = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

export interface ScryptParameters {
  /** N, as its binary logarithm. */
  readonly costLog2: number
  /** r */
  readonly blockSize: number
  /** p */
  readonly parallelization: number
}

/** The PHC string. @see RFC 7914 */
export const scrypt: HashKind = {
  find(text) {
    if (!text.startsWith('$scrypt$')) return null
    const parts = SHAPE.exec(text)
    if (parts === null)
      throw new HashRefusal('hash_malformed', 'this is not a PHC string of scrypt')
    const [costLog2, blockSize, parallelization] = parts.slice(1, 4).map(Number) as [
      number,
      number,
      number,
    ]
    const parameters = { costLog2, blockSize, parallelization }
    const salt = Buffer.from(parts[4] ?? '', 'base64')
    const hash = Buffer.from(parts[5] ?? '', 'base64')
    checkSizes({ salt, hash })
    return {
      memoryBytes: memoryOf(parameters),
      async verify(password) {
        const derived = await deriveKey({ ...parameters, password, salt, bytes: hash.length })
        return timingSafeEqual(derived, hash)
      },
    }
  },
}

export function formatScrypt(
  { costLog2, blockSize, parallelization }: ScryptParameters,
  { salt, hash }: { salt: Buffer; hash: Buffer },
): string {
  const texts = `${unpaddedBase64(salt)}$${unpaddedBase64(hash)}`
  return `$scrypt$ln=${costLog2},r=${blockSize},p=${parallelization}$${texts}`
}

/** Everything scrypt does is in proportion to N r p, and its memory to N r. @throws HashRefusal */
export function memoryOf({ costLog2, blockSize, parallelization }: ScryptParameters): number {
  if (costLog2 < 1 || blockSize < 1 || parallelization < 1) {
    throw new HashRefusal('hash_malformed', 'scrypt has no such parameters')
  }
  const memoryBytes = 128 * 2 ** costLog2 * blockSize
  if (memoryBytes * parallelization > MAX_MEMORY_BYTES) {
    throw new HashRefusal('hash_too_costly', 'scrypt is taken up to 128 N r p of 256 MiB')
  }
  return memoryBytes
}

export function deriveKey(
  work: ScryptParameters & { password: string; salt: Buffer; bytes: number },
): Promise<Buffer> {
  return derive(work.password, work.salt, work.bytes, {
    N: 2 ** work.costLog2,
    r: work.blockSize,
    p: work.parallelization,
    // Beyond N r it counts a little for itself.
    maxmem: 2 * MAX_MEMORY_BYTES,
  })
}

import { type HashKind, HashRefusal } from './hash-kind.ts'

const SHAPE = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

/** Half a second to a second; each step doubles it. */
const MAX_COST = 14

/** What the cipher's tables take. */
const MEMORY_BYTES = 4_168

/**
 * `$2a$`, `$2b$` and `$2y$`. bcrypt reads no more than 72 bytes of a password: such a hash takes
 * every password that begins like its own, until it is replaced at the first login.
 */
export const bcrypt: HashKind = {
  find(text) {
    if (!/^\$2.?\$/.test(text)) return null
    const cost = Number(SHAPE.exec(text)?.[1] ?? Number.NaN)
    if (!(cost >= 4)) {
      throw new HashRefusal('hash_malformed', 'this is not a bcrypt hash of $2a$, $2b$ or $2y$')
    }
    if (cost > MAX_COST) {
      throw new HashRefusal('hash_too_costly', `bcrypt is taken up to cost ${MAX_COST}`)
    }
    return {
      memoryBytes: MEMORY_BYTES,
      async verify(password) {
        const { default: library } = await import('bcrypt')
        // Another name for the same thing, which the library does not know.
        return library.compare(password, text.replace(/^\$2y/, '$2b'))
      },
    }
  },
}

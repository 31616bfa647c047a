// argon2id, and what was imported, off the event loop: a bounded number at once, a bounded number
// waiting.
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { AuthorityError } from '../errors.ts'
import type { StoredHash } from './hashes/hash-kind.ts'
import { NO_PASSWORD } from './hashes/no-password.ts'
import { parseStoredHash } from './hashes/stored-hash.ts'
import { isOwnHash, OWN_PARAMETERS } from './own-hash.ts'
import { normalizePassword } from './password-rule.ts'

/** At 20 ms each on two cores: about two seconds of waiting at the end of the queue. */
const MAX_WAITING = 200

/** Imported hashes that take more than this are verified one at a time. */
const LARGE_BYTES = 64 * 1_048_576

/**
 * So many go on together where others wait for their turn: what follows a hash takes half as long
 * right behind another than when the memory of a hash has filled the caches again.
 */
const GROUP = 4

/** More than a group of our own hashes takes. Imported ones may take long each, and are not waited for. */
const MAX_HELD_MS = 50

export interface PasswordHasher {
  /** How many passwords are being hashed, and how many wait for it. */
  load(): { running: number; waiting: number }
  hash(password: string, checkStillWanted: () => void): Promise<string>
  /**
   * Compares a password as it was typed against `passwordHash`, or against a hash of nothing when
   * that is null or says that there is no password, and is false then. That takes as long as with a
   * hash of our own; other kinds take the time that they take.
   */
  verify(question: {
    passwordHash: string | null
    password: string
    checkStillWanted: () => void
  }): Promise<boolean>
}

/** Of the runtime, where nobody set another number. */
const POOL_THREADS = 4

/**
 * Hashing uses the runtime's pool. One more than the machine has cores is begun, as far as the pool
 * goes, so that no core waits for the next to be begun: memory stays under (cores + 1) x 19 MiB, and
 * where hashes were imported under 256 MiB + (cores + 1) x 64 MiB.
 * @throws (from its verbs) AuthorityError `overloaded` when too many wait already
 */
export function createPasswordHasher(): PasswordHasher {
  const limit = pLimit(Math.min(POOL_THREADS, availableParallelism() + 1))
  const limitLarge = pLimit(1)
  const done: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  // Made in the meantime: a start does not wait for it. A failure shows where it is needed.
  const nobodysHash = hash('a password that no account has', OWN_PARAMETERS)
  nobodysHash.catch(() => {})

  /** `checkStillWanted` is asked when the work gets its turn: nobody hashes for one who left. */
  async function run<T>(checkStillWanted: () => void, work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= MAX_WAITING) {
      throw new AuthorityError('overloaded', { message: 'password queue is full' })
    }
    try {
      return await limit(() => {
        checkStillWanted()
        return work()
      })
    } finally {
      await leave()
    }
  }

  /** While others wait, those who are done go on together: see {@link GROUP}. */
  function leave(): Promise<void> {
    return new Promise((resolve) => {
      done.push(resolve)
      if (done.length >= GROUP || limit.pendingCount === 0) letGo()
      else timer ??= setTimeout(letGo, MAX_HELD_MS)
    })
  }

  function letGo(): void {
    clearTimeout(timer)
    timer = undefined
    for (const go of done.splice(0)) go()
  }

  return {
    load: () => ({ running: limit.activeCount, waiting: limit.pendingCount }),
    hash: (password, checkStillWanted) =>
      run(checkStillWanted, () => hash(password, OWN_PARAMETERS)),
    async verify({ passwordHash, password, checkStillWanted }) {
      const hasPassword = passwordHash !== null && passwordHash !== NO_PASSWORD
      if (hasPassword && !isOwnHash(passwordHash)) {
        const stored = parseStoredHash(passwordHash)
        const work = () => matchesImported(stored, password)
        const isLarge = stored.memoryBytes > LARGE_BYTES
        return run(checkStillWanted, isLarge ? () => limitLarge(work) : work)
      }
      const compared = hasPassword ? passwordHash : await nobodysHash
      const normalized = normalizePassword(password)
      const matches = await run(checkStillWanted, () => verify(compared, normalized))
      return hasPassword && matches
    },
  }
}

/** Other systems hash what was typed, and keyboards differ in how they compose characters. */
async function matchesImported(stored: StoredHash, password: string): Promise<boolean> {
  const normalized = normalizePassword(password)
  if (await stored.verify(normalized)) return true
  return normalized !== password && stored.verify(password)
}

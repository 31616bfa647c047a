// argon2id off the event loop, a bounded number at once, a bounded number waiting.
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { AuthorityError } from '../errors.ts'

/** OWASP's first choice for argon2id; one hash takes 13-25 ms of a core and 19 MiB. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** At 20 ms each on two cores: about two seconds of waiting at the end of the queue. */
const MAX_WAITING = 200

export interface PasswordHasher {
  hash(password: string, checkStillWanted: () => void): Promise<string>
  /**
   * Compares against `passwordHash`, or against a hash of nothing that takes as long when it is
   * null, and is false then.
   */
  verify(question: {
    passwordHash: string | null
    password: string
    checkStillWanted: () => void
  }): Promise<boolean>
}

/**
 * Hashing uses the runtime's pool of four threads; no more than the machine has cores run at once,
 * so memory stays under cores x 19 MiB.
 * @throws (from its verbs) AuthorityError `overloaded` when too many wait already
 */
export function createPasswordHasher(): PasswordHasher {
  const limit = pLimit(Math.min(4, availableParallelism()))
  // Made in the meantime: a start does not wait for it. A failure shows where it is needed.
  const nobodysHash = hash('a password that no account has', PARAMETERS)
  nobodysHash.catch(() => {})

  /** `checkStillWanted` is asked when the work gets its turn: nobody hashes for one who left. */
  async function run<T>(checkStillWanted: () => void, work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= MAX_WAITING) {
      throw new AuthorityError('overloaded', { message: 'password queue is full' })
    }
    return limit(() => {
      checkStillWanted()
      return work()
    })
  }

  return {
    hash: (password, checkStillWanted) => run(checkStillWanted, () => hash(password, PARAMETERS)),
    async verify({ passwordHash, password, checkStillWanted }) {
      const compared = passwordHash ?? (await nobodysHash)
      const matches = await run(checkStillWanted, () => verify(compared, password))
      return passwordHash !== null && matches
    },
  }
}

// How often passwords may be guessed and accounts made. Owns the numbers; knows neither HTTP nor
// accounts. An attempt is counted before it is judged, so that many at once cannot slip through, and
// taken off again when it was no guess.
import { createHmac } from 'node:crypto'
import type { SecretRing } from '../config/secrets.ts'
import { AuthorityError } from '../errors.ts'
import type { Events } from '../events.ts'
import { addressBlockOf } from './address-block.ts'
import { createDeviceProof, findDeviceId } from './device-proof.ts'
import type { Counter, Limit, LimitStore } from './limit.ts'

const GUESS_LIMITS = {
  /** 10 wrong passwords, then 12 an hour: 288 a day against one account, from wherever. */
  account: { burst: 10, everySeconds: 300 },
  /** For a device that has logged in to the account before: nobody else can use it up. */
  device: { burst: 10, everySeconds: 60 },
  /** An office behind one address mistypes; 100, then 6 a minute. */
  address: { burst: 100, everySeconds: 10 },
  /** All wrong passwords from devices never seen: 2,000, then 10 a second. */
  overall: { burst: 2_000, everySeconds: 0.1 },
  /** Accounts made from one address block: 50, then 2 a minute. */
  signupAddress: { burst: 50, everySeconds: 30 },
  /** Accounts made at all: 1,000, then 5 a second. */
  signupOverall: { burst: 1_000, everySeconds: 0.2 },
  /**
   * Wrong secrets of clients, which nobody guesses: they cost a row of the audit log each. 50 from one
   * address block, then 6 a minute; 1,000 at all, then 5 a second. Right ones are never counted.
   */
  clientAddress: { burst: 50, everySeconds: 10 },
  clientOverall: { burst: 1_000, everySeconds: 0.2 },
} as const satisfies Record<string, Limit>

/** An attempt that was let through and counted. */
export interface CountedAttempt {
  /** It was no guess: the right password, or nobody could judge it. */
  giveBack(): Promise<void>
}

export interface GuessLimits {
  /**
   * `email` in its canonical form where it has one. A device that proves an earlier login is held
   * against its own counter only, so that nobody can lock the owner out.
   * @throws AuthorityError `too_many_attempts`
   */
  countLogin(attempt: {
    email: string
    address: string | null
    deviceProof: string | null
  }): Promise<CountedAttempt>

  /** One who is logged in and gives the current password. @throws AuthorityError `too_many_attempts` */
  countPassword(attempt: { email: string; address: string | null }): Promise<CountedAttempt>

  /** @throws AuthorityError `too_many_attempts` */
  countSignup(attempt: { address: string | null }): Promise<CountedAttempt>

  /** After a client was refused; nobody else is kept out by it. @throws `too_many_attempts` */
  countClientRefusal(attempt: { address: string | null }): Promise<void>

  /** What a device shows next time to prove that it has logged in to this account. */
  createDeviceProof(email: string): string
}

export function createGuessLimits(parts: {
  store: LimitStore
  secrets: SecretRing
  events: Events
}): GuessLimits {
  const { store, secrets, events } = parts
  const { account, device, address, overall, signupAddress, signupOverall } = GUESS_LIMITS
  const { clientAddress, clientOverall } = GUESS_LIMITS
  const key = secrets.current.keyFor('signet/limits')
  // Names and addresses are not to be read in a shared store.
  const hide = (text: string) =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, 22)

  async function count(
    what: 'login' | 'password' | 'signup' | 'client',
    counters: readonly Counter[],
  ): Promise<CountedAttempt> {
    const waitMs = await store.take(counters)
    if (waitMs > 0) {
      events.emit({ type: 'attempt_limited', what })
      throw new AuthorityError('too_many_attempts', {
        retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
      })
    }
    return { giveBack: () => store.giveBack(counters) }
  }

  /** Whose address cannot be told shares one counter with all others of that kind. */
  const blockOf = (from: string | null) => hide(addressBlockOf(from ?? 'unknown'))

  const blockCounter = (from: string | null): Counter => ({
    key: `address:${blockOf(from)}`,
    limit: address,
  })

  return {
    async countLogin({ email, address: from, deviceProof }) {
      const deviceId = deviceProof === null ? null : findDeviceId(secrets, deviceProof, email)
      if (deviceId !== null) return count('login', [{ key: `device:${deviceId}`, limit: device }])
      return count('login', [
        { key: 'overall', limit: overall },
        blockCounter(from),
        { key: `account:${hide(email)}`, limit: account },
      ])
    },

    countPassword: ({ email, address: from }) =>
      count('password', [blockCounter(from), { key: `password:${hide(email)}`, limit: account }]),

    countSignup: ({ address: from }) =>
      count('signup', [
        { key: 'signup', limit: signupOverall },
        { key: `signup:${blockOf(from)}`, limit: signupAddress },
      ]),

    async countClientRefusal({ address: from }) {
      await count('client', [
        { key: 'client', limit: clientOverall },
        { key: `client:${blockOf(from)}`, limit: clientAddress },
      ])
    },

    createDeviceProof: (email) => createDeviceProof(secrets.current, email),
  }
}

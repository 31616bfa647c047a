import { type AuthorityCode, AuthorityError } from '../errors.ts'
import type { CountedAttempt } from '../limits/guess-limits.ts'

/** What tells a guesser something; an attempt that ends in anything else is taken off again. */
const TELLING: readonly AuthorityCode[] = ['credentials_wrong', 'password_wrong', 'email_taken']

/** Does what was counted. `onSuccess`: whether doing it well counts as well, as making accounts does. */
export async function carryOut<T>(
  attempt: CountedAttempt,
  work: () => Promise<T>,
  { onSuccess }: { onSuccess: 'keep' | 'give back' },
): Promise<T> {
  try {
    const result = await work()
    if (onSuccess === 'give back') await attempt.giveBack()
    return result
  } catch (error) {
    const isTelling = error instanceof AuthorityError && TELLING.includes(error.code)
    if (!isTelling) await attempt.giveBack()
    throw error
  }
}

import type { BearerAnswer } from '../bearer.ts'
import type { Refusal } from '../errors.ts'
import type { Guard } from '../guard.ts'

interface Ways<T> {
  /** Sends what the guard says. */
  readonly send: (answer: BearerAnswer) => T
  /** The service's own way, where it has one. */
  readonly onError?: ((error: Refusal) => unknown) | undefined
}

/**
 * Answers a refused request in the service's way or the guard's. An error that is no refusal is
 * thrown on. Whatever `onError` throws arrives as an Error: frameworks take `undefined` and some
 * texts for permission to go on.
 */
export async function answerRefusal<T>(
  guard: Guard,
  error: unknown,
  { send, onError }: Ways<T>,
): Promise<T> {
  const answer = guard.answer(error)
  if (answer === null) throw error
  if (onError === undefined) return send(answer)
  try {
    return (await onError(error as Refusal)) as T
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : new Error('onError failed', { cause: thrown })
  }
}

import { KeyError } from '@signet/token'
import { AuthorityError, StartError } from '../errors.ts'

/** Could not be looked at: why, for a person, without a secret. */
export interface Failure {
  readonly failure: string
}

export type Looked<T> = T | Failure

/** @throws whatever is no failure that has words */
export function failureOf(error: unknown): Failure {
  const isKnown =
    error instanceof StartError || error instanceof AuthorityError || error instanceof KeyError
  if (isKnown) return { failure: error.message }
  throw error
}

export function look<T>(read: () => T): Looked<T> {
  try {
    return read()
  } catch (error) {
    return failureOf(error)
  }
}

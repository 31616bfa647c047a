import { BEARER_CODES, type BearerCode } from './protocol/index.ts'

/** What is wrong with the set-up rather than with a request; `ready()` rejects with these. */
export type SetupCode =
  | 'metadata_invalid'
  | 'feed_missing'
  | 'feed_credentials_missing'
  | 'feed_credentials_refused'
  | 'introspection_missing'
  | 'introspection_refused'
  | 'guard_closed'

export type GuardErrorCode = BearerCode | SetupCode

export interface GuardErrorDetails {
  /** The precise reason in a word, for the log only; never a part of a token. */
  reason?: string
  /** Scopes that the route needs, for the challenge of a `scope_insufficient`. */
  scopes?: readonly string[]
  cause?: unknown
}

/** A request was refused, or the guard cannot work as it was set up. The message may be logged. */
export class GuardError extends Error {
  readonly code: GuardErrorCode
  readonly reason: string
  readonly scopes: readonly string[]

  constructor(code: GuardErrorCode, { reason = code, scopes = [], cause }: GuardErrorDetails = {}) {
    super(reason === code ? code : `${code}: ${reason}`, cause === undefined ? {} : { cause })
    this.name = 'GuardError'
    this.code = code
    this.reason = reason
    this.scopes = scopes
  }
}

/** A refusal is an error that a client gets an answer for. */
export type Refusal = GuardError & { readonly code: BearerCode }

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof GuardError && Object.hasOwn(BEARER_CODES, error.code)
}

export function isSetupError(error: unknown): error is GuardError {
  return error instanceof GuardError && !isRefusal(error)
}

/** For logs. The runtime's fetch says only "fetch failed": what failed is in the cause. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

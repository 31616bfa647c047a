import { AuthorityError, StartError } from '@signet/server/errors'
import { KeyError, TokenError } from '@signet/token'
import { EXIT, type ExitName } from './exit-codes.ts'
import { TOKEN_REFUSALS } from './token-refusals.ts'

/** Something the user can put right: one line, no stack. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exit: ExitName = 'usage') {
    super(message)
    this.name = 'CommandError'
    this.exitCode = EXIT[exit]
  }
}

/** What to say and how to exit. The message repeats nothing that was typed, piped in or read. */
export function describeFailure(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandError) return error
  if (error instanceof StartError) {
    const list = error.problems.map((problem) => `\n  - ${problem}`).join('')
    return { message: `this cannot start as it is set up:${list}`, exitCode: EXIT.usage }
  }
  if (error instanceof TokenError) return refusedBecause(error)
  if (error instanceof KeyError) return describeKeyProblem(error)
  if (error instanceof AuthorityError) {
    if (error.code === 'unavailable') {
      const message = `the database cannot be used right now (${error.message}): is another process writing to it? Try again`
      return { message, exitCode: EXIT.unexpected }
    }
    return { message: error.message, exitCode: EXIT.usage }
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { message: `unexpected failure\n${detail}`, exitCode: EXIT.unexpected }
}

/** A token that was refused. The facts are a clause about this one, or empty. */
export function refusedBecause(error: TokenError, facts = ''): CommandError {
  const { exit, advice } = TOKEN_REFUSALS[error.code]
  const verdict = exit === 'malformed' ? 'this is not a token' : 'refused'
  const about = facts === '' ? '' : `: ${facts}`
  return new CommandError(`${verdict}: ${error.message} [${error.code}]${about}; ${advice}`, exit)
}

function describeKeyProblem(error: KeyError): { message: string; exitCode: number } {
  if (error.code === 'key_algorithm_missing') {
    const message = 'the key does not say what it is for: name its algorithm, as in --alg ES256'
    return { message, exitCode: EXIT.usage }
  }
  return { message: `the key will not do. ${error.message}`, exitCode: EXIT.unavailable }
}

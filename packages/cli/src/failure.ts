import { AuthorityError, StartError } from '@signet/server/errors'
import { TokenError } from '@signet/token'
import { EXIT } from './exit-codes.ts'

/** Something the user can put right: one line, no stack. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

export function describeFailure(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandError) return error
  if (error instanceof StartError) {
    const list = error.problems.map((problem) => `\n  - ${problem}`).join('')
    return { message: `this cannot start as it is set up:${list}`, exitCode: EXIT.usage }
  }
  if (error instanceof TokenError) {
    return { message: `this is not a token: ${error.message}`, exitCode: EXIT.malformed }
  }
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

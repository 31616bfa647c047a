// The signet command: parses what was typed, runs one command, turns what went wrong into one
// clear line and an exit code. The only file here that ends the process.
import { CommanderError } from 'commander'
import { describeFailure } from './failure.ts'
import { createProgram } from './program.ts'

try {
  await createProgram().parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its message already; help and version are not failures.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    const { message, exitCode } = describeFailure(error)
    process.stderr.write(`signet: ${message}\n`)
    process.exitCode = exitCode
  }
}

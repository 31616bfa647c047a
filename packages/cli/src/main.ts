// The signet command: parses what was typed, runs one command, turns what went wrong into one
// clear line and an exit code.
import './known-warnings.ts'
import { CommanderError } from 'commander'
import { EXIT } from './exit-codes.ts'
import { describeFailure } from './failure.ts'
import { dashedIdLast } from './input/dashed-id.ts'
import { writeNote } from './output/messages.ts'
import { createProgram } from './program.ts'

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads our output may stop reading, as `head` does: then there is nothing left to say but
    // the verdict of a command that has come to one.
    if (error.code === 'EPIPE') process.exit()
    process.stderr.write(`signet: the output cannot be written (${error.code})\n`)
    process.exit(EXIT.unexpected)
  })
}

try {
  const program = createProgram()
  await program.parseAsync(dashedIdLast(program, process.argv.slice(2)), { from: 'user' })
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its message already; help and version are not failures.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  } else {
    const { message, exitCode } = describeFailure(error)
    writeNote(message)
    process.exitCode = exitCode
  }
}

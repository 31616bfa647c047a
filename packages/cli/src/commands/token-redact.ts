import { Command } from 'commander'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { readTokenInput } from '../input/token-input.ts'
import { withManual } from '../manual.ts'
import { printableJson, printableLines, writeNote } from '../output/messages.ts'

export function tokenRedactCommand(): Command {
  const command = new Command('redact')
    .description('make a copy that is safe to show: no signature, no private values')
    .argument('[file]', 'the file that holds it; - or nothing: stdin')
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: ['signet token redact < t.txt', 'pbpaste | signet token redact | pbcopy'],
    notes: [
      'Takes what explain takes, and gives back the whole text with the tokens and secrets in it replaced: the same value by the same placeholder throughout. What stands in the prose around is not understood: read it before you send it.',
      'What is still in doubt is a note on stderr, and with --json in warnings; the exit code stays 0.',
      'Exit code 3: nothing was found that had to be replaced, and nothing is printed.',
    ],
  })
}

async function run(file: string | undefined, { json }: { json?: true }): Promise<void> {
  const input = (await readTokenInput(file)).toString('utf8')
  const { redact } = await import('@signet/token/explain')
  const redaction = redact(input)
  const { words, replaced, warnings } = redaction
  const text = redaction.text.replace(/\n$/, '')
  const isUntouched = Object.keys(replaced).length === 0
  if (!isUntouched) writeNote(words)
  for (const warning of warnings) writeNote(warning)
  // A text that was not understood must not pass for one that was cleaned.
  if (isUntouched) throw new CommandError(words, 'malformed')
  if (json) process.stdout.write(`${printableJson(redaction, 2)}\n`)
  else process.stdout.write(`${process.stdout.isTTY ? printableLines(text) : text}\n`)
}

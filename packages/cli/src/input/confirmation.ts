import { createInterface } from 'node:readline/promises'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { writeNote } from '../output/messages.ts'

/**
 * Asks a person at a terminal to type a word before something that cannot be taken back; elsewhere
 * `--yes` has to say it.
 * @throws CommandError when nobody agrees
 */
export async function askToGoOn(question: {
  /** What would happen. */
  what: string
  /** What has to be typed. */
  word: string
}): Promise<void> {
  const { what, word } = question
  if (!process.stdin.isTTY) throw new CommandError(`${what}: if that is meant, say --yes`)
  writeNote(what)
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  prompt.on('SIGINT', () => process.exit(EXIT.interrupted))
  try {
    // Ctrl-D is an answer too.
    const answer = await prompt.question(`Type ${word} to go on: `).catch(() => '')
    if (answer.trim() !== word) throw new CommandError('nothing was done', 'interrupted')
  } finally {
    prompt.close()
  }
}

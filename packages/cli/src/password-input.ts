import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { EXIT } from './exit-codes.ts'
import { CommandError } from './failure.ts'

/**
 * A password from a file, from a person (unseen while typed) or from stdin; its first line, without
 * the line end. Never from the command line, where every process on the machine can read it.
 */
export async function readPassword(file: string | undefined): Promise<string> {
  if (file !== undefined) return firstLine(await readTextFile(file))
  if (process.stdin.isTTY) return promptUnseen('Password: ')
  const password = firstLine(await text(process.stdin))
  if (password === '') throw new CommandError('a password is needed on stdin')
  return password
}

async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function firstLine(content: string): string {
  return content.split(/\r?\n/, 1)[0] ?? ''
}

async function promptUnseen(question: string): Promise<string> {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  prompt.on('SIGINT', () => {
    process.stderr.write('\n')
    process.exit(EXIT.interrupted)
  })
  try {
    return await prompt.question('')
  } finally {
    prompt.close()
    process.stderr.write('\n')
  }
}

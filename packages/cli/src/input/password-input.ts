import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { type Readable, Writable } from 'node:stream'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'

/**
 * A password from a file, from a person (unseen while typed) or from stdin; its first line, without
 * the line end. Never from the command line, where every process on the machine can read it.
 */
export async function readPassword(file: string | undefined): Promise<string> {
  if (file !== undefined) return readFirstLine(createReadStream(file), file)
  if (process.stdin.isTTY) return promptUnseen('Password: ')
  const password = await readFirstLine(process.stdin, 'stdin')
  if (password === '') throw new CommandError('a password is needed on stdin')
  return password
}

/** Far above every password that is accepted: what is longer is not read to its end. */
const MAX_LINE_BYTES = 8_192

async function readFirstLine(source: Readable, name: string): Promise<string> {
  let bytes = Buffer.alloc(0)
  try {
    for await (const chunk of source) {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.includes(0x0a) || bytes.length > MAX_LINE_BYTES) break
    }
  } catch (error) {
    throw new CommandError(`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  return bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? ''
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
  } catch {
    // Ctrl-D.
    throw new CommandError('no password was given', 'interrupted')
  } finally {
    prompt.close()
    process.stderr.write('\n')
  }
}

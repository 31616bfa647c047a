import { CommandError } from '../failure.ts'
import { readFileLimited, readLimited } from './read-limited.ts'
import { readPaste } from './terminal-input.ts'

/** Far above every token and everything that people copy one out of. */
const LIMITS = { maxBytes: 1_048_576, unreadable: 'usage', tooLarge: 'malformed' } as const

/** How tokens begin: the `{"` of a header in base64url, other spellings of it, and `rt_`. */
const TOKEN_START = /^(?:bearer\s|e(?:yJ|yA|wo|w0)[\w-]{8}|rt_[\w-]{40})/i

/**
 * What was piped in, pasted at a terminal, or is in a file. A token in the words of the command is
 * refused: every process of the machine could read it, and the shell would remember it.
 *
 * @throws CommandError
 */
export async function readTokenInput(file = '-'): Promise<Buffer> {
  if (TOKEN_START.test(file) || file.length > 255) {
    throw new CommandError(
      'a token in the words of a command shows in the process list and in the history of the shell: pipe it in instead, or name a file that holds it',
    )
  }
  const bytes = await (file === '-'
    ? readStdin()
    : readFileLimited(file, { what: 'the file', ...LIMITS }))
  if (bytes.toString('latin1').trim() === '') {
    throw new CommandError(
      file === '-' ? 'nothing came in on stdin: pipe a token in' : 'the file is empty',
    )
  }
  return bytes
}

/** The token alone, for what takes nothing around it but `Bearer` and white space. */
export async function readBareToken(file?: string): Promise<string> {
  const text = (await readTokenInput(file)).toString('utf8').trim()
  return text.replace(/^Bearer\s+/i, '')
}

async function readStdin(): Promise<Buffer> {
  if (process.stdin.isTTY) {
    const pasted = await readPaste(process.stdin, 'Paste the token (it is not shown), then Ctrl-D:')
    return Buffer.from(pasted, 'utf8')
  }
  return readLimited(process.stdin, { what: 'stdin', ...LIMITS })
}

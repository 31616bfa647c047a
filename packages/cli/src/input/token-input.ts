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

/**
 * The one signed token in what was read. A text without any is taken for one, for a verifier to
 * say what is wrong with it.
 *
 * @throws CommandError
 */
export async function readOneToken(file?: string): Promise<string> {
  const text = (await readTokenInput(file)).toString('utf8').trim()
  const bare = text.replace(/^Bearer\s+/i, '')
  // Spelt as a token, it is judged as it is spelt.
  if (/^[\w.=-]+$/.test(bare)) return bare
  const { findTokens } = await import('@signet/token/explain')
  const found = findTokens(text).map((token) => token.text)
  const [first = bare, ...others] = new Set(found.filter((one) => one.split('.').length === 3))
  if (others.length === 0) return first
  throw new CommandError(
    `there are ${others.length + 1} tokens in it: give the one to check, alone; \`signet token explain\` tells them apart`,
  )
}

async function readStdin(): Promise<Buffer> {
  if (process.stdin.isTTY) {
    const pasted = await readPaste(process.stdin, 'Paste the token (it is not shown), then Ctrl-D:')
    return Buffer.from(pasted, 'utf8')
  }
  return readLimited(process.stdin, { what: 'stdin', ...LIMITS })
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { environmentWith } from './child-environment.ts'
import { keepSecret, watchText } from './leaks.ts'
import { keepSettings } from './watch-authority.ts'

/** The committed start file of the `signet` command. */
export const SIGNET_BIN = fileURLToPath(new URL('../../cli/bin/signet.mjs', import.meta.url))

/** Whose very purpose it is to print tokens, keys and secrets, or parts of them. */
const PRINTS_SECRETS = new Set(['client', 'token', 'key', 'secret'])

export interface SignetRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs one `signet` command to its end. A command that does not end within 60 s is killed, and the
 * answer's code is null.
 */
export async function runSignet(
  words: readonly string[],
  options: { cwd: string; stdin?: string; settings?: Record<string, string> },
): Promise<SignetRun> {
  const child = spawn(process.execPath, [SIGNET_BIN, ...words], {
    cwd: options.cwd,
    env: environmentWith(options.settings ?? {}),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  // A command that does not read its input may be gone before all of it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  keepSettings(options.settings ?? {})
  keepInput(options.stdin ?? '')
  watchText(stderr)
  // Words that were refused may hold anything: that they are refused is what such a test shows.
  if (child.exitCode === 0) watchText(words.join(' '))
  if (!PRINTS_SECRETS.has(words[0] ?? '')) watchText(stdout)
  return { code: child.exitCode, stdout, stderr }
}

/** Tokens, and what is typed where a password or a secret is due: one line. */
function keepInput(stdin: string): void {
  // Not one expression for all of it: inputs of a megabyte without a dot would be searched for ever.
  for (const word of stdin.split(/[^\w.-]+/)) {
    if (word.startsWith('rt_') && word.length > 60) keepSecret('token on stdin', word)
    const [header, payload, signature, ...more] = word.split('.', 4)
    const isToken = header && payload && signature && signature.length >= 20 && more.length === 0
    if (isToken) keepSecret('token on stdin', word)
  }
  if (/^[^\n{]+\n?$/.test(stdin)) keepSecret('line on stdin', stdin.trim())
}

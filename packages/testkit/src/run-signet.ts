import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { environmentWith } from './child-environment.ts'

/** The committed start file of the `signet` command. */
export const SIGNET_BIN = fileURLToPath(new URL('../../cli/bin/signet.mjs', import.meta.url))

export interface SignetRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs one `signet` command to its end. A command that does not end within 20 s is killed, and the
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
    timeout: 20_000,
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
  return { code: child.exitCode, stdout, stderr }
}

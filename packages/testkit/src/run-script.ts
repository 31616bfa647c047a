import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SIGNET_BIN } from './run-signet.ts'

const run = promisify(execFile)

export interface ScriptRun {
  readonly stdout: string
  readonly stderr: string
  /** The shell's variables named in `keep`, and every exported setting, as they were at the end. */
  readonly exported: Record<string, string>
}

const END = '--- the end of the script'

/**
 * Runs commands of a guide in bash, as its reader would type them, with `npx signet` and `node` of
 * this tree. The settings are all there are. Variables named in `keep` are answered as well.
 * @throws what execFile throws where a command fails: an error with `code`, `stdout` and `stderr`
 */
export async function runScript(parts: {
  script: string
  cwd: string
  settings?: Record<string, string>
  keep?: readonly string[]
}): Promise<ScriptRun> {
  const { script, cwd, settings = {}, keep = [] } = parts
  const lines = [
    `npx() { shift; '${process.execPath}' '${SIGNET_BIN}' "$@"; }`,
    `node() { '${process.execPath}' "$@"; }`,
    script,
    ...keep.map((name) => `export ${name}`),
    `echo '${END}'; env`,
  ]
  const env = { PATH: process.env['PATH'], ...settings }
  const bash = ['--norc', '-euo', 'pipefail', '-c', lines.join('\n')]
  const { stdout, stderr } = await run('bash', bash, { cwd, env })
  const end = stdout.lastIndexOf(`${END}\n`)
  const variables = stdout.slice(end + END.length + 1).matchAll(/^(\w+)=(.*)$/gm)
  const exported = [...variables].flatMap(([, name = '', value = '']) =>
    name.startsWith('SIGNET_') || keep.includes(name) ? [[name, value]] : [],
  )
  return { stdout: stdout.slice(0, end), stderr, exported: Object.fromEntries(exported) }
}

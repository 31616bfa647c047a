import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SIGNET_BIN } from '@signet/testkit'
import { blockAfter } from '../../../test/documents.ts'

const run = promisify(execFile)

/**
 * Runs the commands behind a marker of a page of docs/operations, with `signet` of this tree, and
 * answers what they printed.
 */
export async function runBlock(
  file: string,
  marker: string,
  at: { folder: string; settings: Record<string, string> },
): Promise<string> {
  const commands = blockAfter(`docs/operations/${file}`, `${marker}: a test`)
  const npx = `npx() { shift; '${process.execPath}' '${SIGNET_BIN}' "$@"; }`
  const node = `node() { '${process.execPath}' "$@"; }`
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', `${npx}\n${node}\n${commands}`], {
    cwd: at.folder,
    env: { PATH: process.env['PATH'], ...at.settings },
  })
  return stdout
}

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { SIGNET_BIN, spawnAuthority, startService, waitUntil } from '@signet/testkit'
import { expect, test } from 'vitest'

const GUIDE = 'docs/guides/machine-to-machine.md'

const run = promisify(execFile)

test(`the commands of ${GUIDE} do what they promise, one after the other`, async () => {
  await using authority = await spawnAuthority()
  const issuer = authority.url.replace('127.0.0.1', 'localhost')
  await using service = await startService({ issuer, audience: issuer })
  await service.guard.ready()
  const text = (await readFile(GUIDE, 'utf8')).replaceAll('http://localhost:3000', issuer)
  const blocks = new Map(
    [...text.matchAll(/<!-- (\w+): a test runs these lines -->\n```sh\n([\s\S]*?)```/g)].map(
      ([, name = '', commands = '']) => [name, commands],
    ),
  )
  expect(text.match(/```sh/g)).toHaveLength(blocks.size)
  let done = `npx() { shift; '${process.execPath}' '${SIGNET_BIN}' "$@"; }\n`

  /** Runs a block as it would go on in the same shell, and answers what it printed. */
  async function runBlock(name: string, more = ''): Promise<string> {
    const { stdout } = await run(
      'bash',
      ['-euo', 'pipefail', '-c', `${done}${blocks.get(name)}${more}`],
      { cwd: authority.folder, env: { PATH: process.env['PATH'], ...authority.settings } },
    )
    // What later blocks need of this one.
    const shown = /---\n(.*)\n/.exec(stdout)?.[1]
    if (shown !== undefined) done += `${shown}\n`
    return stdout
  }

  expect(await runBlock('make')).toMatch(/^cli_[\w-]{22} {2}.* {2}billing /)
  await runBlock('token', 'echo ---; echo "CLIENT=$CLIENT; SECRET=$SECRET; TOKEN=$TOKEN"\n')
  const token = /TOKEN=(\S+)/.exec(done)?.[1] ?? ''
  expect(await service.statusOf(token)).toBe(200)
  expect(await runBlock('ask')).toContain('{"active":true,"token_type":"Bearer","iss":')
  await runBlock('end')
  await waitUntil('the service refuses', async () => (await service.statusOf(token)) === 401)
  expect(await runBlock('rotate')).toMatch(/secrets {4}two[\s\S]*secrets {4}one/)
  await runBlock('leaked')
  const secret = (await readFile(`${authority.folder}/billing-3.secret`, 'utf8')).trim()
  expect(secret).toMatch(/^cs_[\w-]{43}$/)
}, 120_000)

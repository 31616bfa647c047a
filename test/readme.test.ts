import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import {
  AuthorityClient,
  findFreePort,
  spawnAuthority,
  startAuthority,
  waitUntil,
} from '@signet/testkit'
import { expect, test } from 'vitest'
import { blockAfter } from './documents.ts'

const run = promisify(execFile)

test('the quick start of the README does what it says', async () => {
  await using authority = await spawnAuthority()
  const commands = blockAfter('README.md', 'quick-start').replaceAll(
    'http://localhost:3000',
    authority.url,
  )
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands])
  const answers = stdout.split(/(?<=\})(?=\{)/).map((text) => JSON.parse(text))
  expect(answers).toEqual([
    expect.objectContaining({ user: expect.objectContaining({ email: 'ada@example.com' }) }),
    expect.objectContaining({ email: 'ada@example.com', roles: [] }),
    { code: 'token_revoked', title: expect.any(String), status: 401 },
  ])
})

test('the service of the README runs, and both its lines protect it', async () => {
  await using authority = await startAuthority()
  const { accessToken, user } = (
    await authority.client.signup('ada@example.com', 'a good password')
  ).body
  const port = await findFreePort()
  // Beside the examples, where express and the guard are installed.
  const file = `examples/orders/readme-${port}.mjs`
  const source = blockAfter('README.md', 'service')
    .replaceAll('http://localhost:3000', authority.config.issuer)
    .replace('listen(4000)', `listen(${port}, '127.0.0.1')`)
  await writeFile(file, source)
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'] })
  try {
    const service = new AuthorityClient(`http://127.0.0.1:${port}`)
    await waitUntil('the service answers', () =>
      service.call('/orders').then(
        ({ status }) => status === 401,
        () => false,
      ),
    )
    const hello = await service.call('/orders', { token: accessToken })
    expect(hello).toMatchObject({ status: 200, body: { hello: user?.id } })
    const refused = await service.call('/orders', { method: 'DELETE', token: accessToken })
    expect(refused).toMatchObject({ status: 403, body: { code: 'role_insufficient' } })
  } finally {
    child.kill()
    await once(child, 'exit')
    await rm(file)
  }
})

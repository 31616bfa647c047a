import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTokenSecrets } from '@signet/guard'
import {
  AuthorityClient,
  findFreePort,
  openTempFolder,
  runScript,
  spawnAuthority,
  waitUntil,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { expect, test } from 'vitest'
import { blockAfter } from '../../../test/documents.ts'

const GUIDE = 'docs/guides/single-team.md'
const PERSON = ['ada@example.com', 'correct horse battery'] as const

test(`every block of ${GUIDE} is run here`, async () => {
  const text = await readFile(GUIDE, 'utf8')
  const here = await readFile('packages/server/test/single-team-guide.test.ts', 'utf8')
  const markers = [...text.matchAll(/<!-- (.+): a test runs (?:these lines|this file) -->\n```/g)]
  expect(text.match(/```\w+/g)).toHaveLength(markers.length)
  for (const [, marker] of markers) expect(here).toContain(`'${marker}'`)
})

test(`${GUIDE}: the secret is made, shared with a service and changed`, async () => {
  await using folder = await openTempFolder()
  const cwd = folder.path
  const kidOfFile = async (name: string) =>
    parseTokenSecrets(await readFile(join(cwd, name), 'utf8')).keys()[0]?.kid
  /** Runs the commands of a block, and answers what they printed and exported. */
  const runBlock = (marker: string, issuer = '') =>
    runScript({
      script: blockAfter(GUIDE, `${marker}: a test`).replaceAll('http://localhost:3000', issuer),
      cwd,
    })

  await runBlock('make')
  await using authority = await spawnAuthority({
    settings: (await runBlock('settings')).exported,
  })
  const { client, settings } = authority
  const issuer = authority.url.replace('127.0.0.1', 'localhost')
  expect(authority.output()).toContain('whoever can verify a token can make one')
  const { accessToken, user } = (await client.signup(...PERSON)).body
  expect(decode(accessToken).header.kid).toBe(await kidOfFile('token.secret'))
  await writeFile(join(cwd, 'token.txt'), accessToken)
  expect((await runBlock('look', issuer)).stdout).toContain(String(user?.id))

  // Beside the examples, where express and the guard are installed.
  const port = await findFreePort()
  const file = `examples/orders/single-team-${port}.mjs`
  const source = blockAfter(GUIDE, 'service')
    .replaceAll('http://localhost:3000', issuer)
    .replace("'token.secret'", JSON.stringify(join(cwd, 'token.secret')))
    .replace('listen(4000)', `listen(${port}, '127.0.0.1')`)
  await writeFile(file, source)
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'] })
  try {
    const service = new AuthorityClient(`http://127.0.0.1:${port}`)
    const statusOf = () => service.call('/orders', { token: accessToken }).then((a) => a.status)
    await waitUntil('the service answers', () =>
      statusOf().then(
        (status) => status === 200,
        () => false,
      ),
    )
    await client.logout(accessToken)
    await waitUntil('the service knows of the logout', async () => (await statusOf()) === 401)
  } finally {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await rm(file)
  }

  await runBlock('new')
  const signer = async (step: string) => {
    Object.assign(settings, (await runBlock(step)).exported)
    await authority.stop()
    await authority.start()
    return decode((await client.login(...PERSON)).body.accessToken).header.kid
  }
  expect(await signer('step 1')).toBe(await kidOfFile('token.secret'))
  expect(await signer('step 2')).toBe(await kidOfFile('new.secret'))
  expect(await signer('step 3')).toBe(await kidOfFile('new.secret'))
  expect(settings['SIGNET_TOKEN_SECRET']).not.toContain(',')
}, 120_000)

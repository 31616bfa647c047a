import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import {
  AuthorityClient,
  findFreePort,
  openTempFolder,
  spawnAuthority,
  startAuthority,
  waitUntil,
} from '@signet/testkit'
import { expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'

/** As many signups at once as keep the hashing busy for a while. */
function signUpMany(client: AuthorityClient, count: number) {
  return Array.from({ length: count }, (_, index) =>
    client.signup(`person-${index}@example.com`, PASSWORD).then(
      ({ status }) => status,
      () => 'cut' as const,
    ),
  )
}

test('requests that were begun are answered before an authority ends', async () => {
  await using authority = await startAuthority()
  const pending = signUpMany(authority.client, 12)
  await waitUntil('the first is answered', async () => {
    return (await Promise.race([...pending, false])) !== false
  })
  await authority.stop()
  const statuses = await Promise.all(pending)
  expect(statuses.filter((status) => status !== 201)).toEqual([])
  expect(authority.logged.filter((line) => line.includes('"level":50'))).toEqual([])
  // And what was answered is there.
  await authority.start()
  expect((await authority.client.login('person-11@example.com', PASSWORD)).status).toBe(200)
})

test('a signal in the middle of requests ends the process with 0 after they were answered', async () => {
  await using authority = await spawnAuthority()
  const pending = signUpMany(authority.client, 12)
  await waitUntil('the first is answered', async () => {
    return (await Promise.race([...pending, false])) !== false
  })
  expect(await authority.stop('SIGTERM')).toBe(0)
  expect(await Promise.all(pending)).toEqual(Array.from({ length: 12 }, () => 201))
})

test('SIGTERM sent to npm ends the authority and npm', { timeout: 90_000 }, async () => {
  await using folder = await openTempFolder()
  const port = await findFreePort()
  const npm = spawn('npm', ['start'], {
    cwd: resolve('.'),
    env: {
      ...process.env,
      SIGNET_PORT: String(port),
      SIGNET_DATABASE_URL: `sqlite:${folder.path}/signet.db`,
    },
    stdio: 'ignore',
  })
  const client = new AuthorityClient(`http://127.0.0.1:${port}`)
  const answers = () =>
    client.call('/health/live').then(
      ({ status }) => status === 200,
      () => false,
    )
  await waitUntil('npm start answers', answers, 60_000)
  const ended = once(npm, 'exit')
  npm.kill('SIGTERM')
  await ended
  await waitUntil('nothing listens any more', async () => !(await answers()))
  expect(npm.signalCode ?? npm.exitCode).toBe(0)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
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

const MANY = 24

/**
 * As many signups at once as keep the hashing busy for a while; resolves when the authority has
 * begun with all of them.
 */
async function signUpMany(client: AuthorityClient) {
  let answered = 0
  const statuses = Array.from({ length: MANY }, async (_, index) => {
    const answer = await client.signup(`person-${index}@example.com`, PASSWORD).catch(() => null)
    answered += 1
    return answer?.status ?? 'cut'
  })
  await waitUntil('all have begun', async () => {
    const metrics = await (await fetch(`${client.url}/metrics`)).text()
    const hashing = [...metrics.matchAll(/^signet_passwords_(?:hashing|waiting) (\d+)$/gm)]
    return answered + hashing.reduce((sum, [, count]) => sum + Number(count), 0) >= MANY
  })
  return statuses
}

const ALL_CREATED = Array.from({ length: MANY }, () => 201)

test('requests that were begun are answered before an authority ends', async () => {
  await using authority = await startAuthority()
  const pending = await signUpMany(authority.client)
  await authority.stop()
  expect(await Promise.all(pending)).toEqual(ALL_CREATED)
  expect(authority.logged.filter((line) => line.includes('"level":50'))).toEqual([])
  // And what was answered is there.
  await authority.start()
  expect((await authority.client.login('person-11@example.com', PASSWORD)).status).toBe(200)
})

/** A signup whose body is still on its way: the authority has begun with it, and waits. */
async function beginSignup(url: string) {
  const body = JSON.stringify({ email: 'slow@example.com', password: PASSWORD })
  const socket = await open(url)
  socket.write(
    'POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
  )
  const [begun] = await once(socket, 'data')
  expect(String(begun)).toMatch(/^HTTP\/1\.1 100 /)
  return async function finish(): Promise<string> {
    socket.write(body)
    return text(socket)
  }
}

async function open(url: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket
}

test('a request on a connection that was open before the end is answered, and its connection ended', async () => {
  await using authority = await startAuthority()
  const socket = await open(authority.url)
  const finishSignup = await beginSignup(authority.url)
  const stopped = authority.stop()
  await waitUntil('nobody else is let in', async () => {
    const late = await open(authority.url).catch(() => null)
    late?.destroy()
    return late === null
  })
  socket.write('GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const answer = (await text(socket)).toLowerCase()
  expect(answer).toMatch(/^http\/1\.1 200 ok\r\n/)
  expect(answer).toContain('\r\nconnection: close\r\n')
  expect(await finishSignup()).toMatch(/^HTTP\/1\.1 201 /)
  await stopped
})

test('a signal in the middle of requests ends the process with 0 after they were answered', async () => {
  await using authority = await spawnAuthority()
  const pending = await signUpMany(authority.client)
  expect(await authority.stop('SIGTERM')).toBe(0)
  expect(await Promise.all(pending)).toEqual(ALL_CREATED)
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

// docs/guides/behind-haproxy.md, on the HAProxy of Debian: three authorities on one PostgreSQL and two
// replicas of the orders service behind the file that the guide shows, at other ports.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  AuthorityClient,
  findFreePort,
  findProgram,
  isListening,
  openPostgresDatabase,
  openTempFolder,
  SIGNET_BIN,
  type SpawnedAuthority,
  sendRaw,
  spawnAuthority,
  type TempFolder,
  type TestDatabase,
  type TokenAnswer,
  waitUntil,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blocksOf } from './guide.ts'
import { PACKAGE } from './start-copy.ts'
import { type RunningProxy, startProxy } from './start-proxy.ts'

const HAPROXY = findProgram('haproxy')
const ORDERS = fileURLToPath(new URL('../../orders/dist/orders.js', import.meta.url))
const PASSWORD = 'correct horse battery'
const CLIENTS = 4
/** Ten processes are started here, and more on top of it: far above what that takes. */
const SLOW_MS = 600_000
/** Of the servers in each backend of the file. */
const NAMES = ['one', 'two', 'three']

describe.skipIf(HAPROXY === null)('behind HAProxy', { timeout: SLOW_MS }, () => {
  let folder: TempFolder
  let database: TestDatabase
  let haproxy: RunningProxy
  let authorities: SpawnedAuthority[]
  let replicas: Replica[]
  let login: AuthorityClient
  let services: AuthorityClient
  let key: KeyObject

  beforeAll(async () => {
    folder = await openTempFolder()
    database = await openPostgresDatabase()
    const [loginPort, servicesPort] = [await findFreePort(), await findFreePort()]
    const issuer = `http://127.0.0.1:${loginPort}`
    const settings = {
      ...database.settings,
      SIGNET_ISSUER: issuer,
      SIGNET_FEED_ACCESS: 'open',
      SIGNET_TRUST_PROXY: '127.0.0.1',
      SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS: 'true',
    }
    authorities = await Promise.all(NAMES.map(() => spawnAuthority({ command: 'serve', settings })))
    replicas = await Promise.all([startReplica(issuer), startReplica(issuer)])

    const [script, shown] = await Promise.all(
      ['export-keys.sh', 'haproxy.cfg'].map((name) => readFile(`${PACKAGE}${name}`, 'utf8')),
    )
    const command = (script ?? '')
      .replace('http://localhost:3001', authorities[0]?.url ?? '')
      .replace('npx signet', `${process.execPath} ${SIGNET_BIN}`)
    await promisify(execFile)('sh', ['-c', command], { cwd: folder.path })
    // A key of ours in the place that the authority has no key for yet.
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    key = pair.privateKey
    const pem = pair.publicKey.export({ format: 'pem', type: 'spki' })
    await writeFile(`${folder.path}/keys/3.pem`, pem)

    let config = `global\n  stats socket ${folder.path}/control\n\n${shown}`
      .replaceAll('http://localhost:3000', issuer)
      .replace('bind 127.0.0.1:3000', `bind 127.0.0.1:${loginPort}`)
      .replace('bind 127.0.0.1:8080', `bind 127.0.0.1:${servicesPort}`)
    for (const [index, { url }] of authorities.entries()) {
      config = config.replace(`127.0.0.1:300${index + 1}`, new URL(url).host)
    }
    for (const [index, { port }] of replicas.entries()) {
      config = config.replace(`127.0.0.1:400${index + 1}`, `127.0.0.1:${port}`)
    }
    await writeFile(`${folder.path}/haproxy.cfg`, config)
    haproxy = await startProxy({
      program: HAPROXY ?? '',
      args: ['-f', 'haproxy.cfg', '-db'],
      port: servicesPort,
      folder,
    })
    login = new AuthorityClient(issuer)
    services = new AuthorityClient(`http://127.0.0.1:${servicesPort}`)
    await waitUntil('every replica is fresh', async () => {
      const states = await Promise.all(replicas.map(({ port }) => statusOf(port)))
      return states.every((status) => status === 'fresh')
    })
  }, SLOW_MS)

  afterAll(async () => {
    await haproxy?.[Symbol.asyncDispose]()
    for (const replica of replicas ?? []) await replica.stop()
    for (const authority of authorities ?? []) await authority[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
    await folder?.[Symbol.asyncDispose]()
  })

  /** Whether HAProxy sends requests to this server of a backend. */
  async function isUp(backend: string, server: string): Promise<boolean> {
    const control = connect(`${folder.path}/control`)
    control.end('show stat\n')
    const rows = (await text(control)).split('\n').map((row) => row.split(','))
    return rows.some(([px, sv, ...rest]) => px === backend && sv === server && rest[15] === 'UP')
  }

  it('is what the guide shows', async () => {
    const show = (name: string) => readFile(`${PACKAGE}${name}`, 'utf8')
    expect(blocksOf('behind-haproxy', 'haproxy')).toEqual([await show('haproxy.cfg')])
    expect(blocksOf('behind-haproxy', 'sh')).toEqual([await show('export-keys.sh')])
  })

  it('lets a token of the authority through to a service, and no other', async () => {
    const { accessToken } = (await login.signup('ada@example.com', PASSWORD)).body
    const answer = await services.call('/orders', { token: accessToken })
    expect(answer).toMatchObject({ status: 200, body: { subject: expect.stringMatching(/^acc_/) } })

    const now = Math.floor(Date.now() / 1000)
    const good = { iss: login.url, aud: login.url, sub: 'acc_1', iat: now, exp: now + 60 }
    const code = async (token?: string) => {
      const { status, body, headers } = await services.call(
        '/orders',
        token === undefined ? {} : { token },
      )
      expect([status, headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^Bearer realm="/),
      ])
      return body
    }
    // Without a title: in HAProxy's words and not in those of the service behind.
    const refusal = (refused: string) => ({ code: refused, status: 401 })
    expect(await code()).toEqual(refusal('credentials_missing'))
    const invalid = refusal('token_invalid')
    const [header, payload, signature] = accessToken.split('.')
    expect(await code('garbage')).toEqual(invalid)
    expect(await code(`${header}.${payload}.`)).toEqual(invalid)
    expect(await code(`${header}.${payload}.${signature?.slice(0, -4)}AAAA`)).toEqual(invalid)
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    expect(await code(issue(good, { key: stranger }))).toEqual(invalid)
    const withoutEnd: Partial<typeof good> = { ...good }
    delete withoutEnd.exp
    for (const claims of [
      { ...good, aud: 'billing' },
      { ...good, aud: undefined },
      { ...good, iss: 'http://elsewhere' },
      withoutEnd,
    ]) {
      expect([claims, await code(issue(claims, { key }))]).toEqual([claims, invalid])
    }
    expect(await code(issue(good, { key, typ: 'JWT' }))).toEqual(invalid)
    for (const exp of [now - 1, 'never']) {
      expect(await code(issue({ ...good, exp }, { key }))).toEqual(refusal('token_expired'))
    }
    const twice = [accessToken, accessToken].map((token) => `Authorization: Bearer ${token}`)
    const lines = ['GET /orders HTTP/1.1', 'Host: x', 'Connection: close', ...twice, '', '']
    expect(await sendRaw(services.url, lines.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /)

    // One that HAProxy has nothing against, so that each refusal above was for what it names. The
    // service behind does not know the key, and says so in the words of the guard.
    const passed = await services.call('/orders', { token: issue(good, { key }) })
    expect(passed.status).toBe(401)
    expect(passed.headers.get('www-authenticate')).toContain('error_description=')
  })

  it('loses no honest request while every process is restarted, one after the other', async () => {
    const failures: string[] = []
    let requests = 0
    let isRolling = true
    const send = async (what: string, sent: Promise<{ status: number; body: object }>) => {
      const answer = await sent.catch((error: Error) => ({ status: 0, body: { error } }))
      requests += 1
      if (answer.status !== 200) failures.push(`${what}: ${JSON.stringify(answer)}`)
      return answer
    }
    const walk = async (first: TokenAnswer) => {
      let pair = first
      while (isRolling) {
        await send('orders', services.call('/orders', { token: pair.accessToken }))
        const refund = { method: 'POST', token: pair.accessToken }
        await send('refund', services.call('/orders/1/refund', refund))
        const refreshed = login.refresh(pair.refreshToken)
        if ((await send('refresh', refreshed)).status === 200) pair = (await refreshed).body
        await sleep(100)
      }
      return pair
    }
    const firsts = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) =>
        login.signup(`person-${index}@example.com`, PASSWORD),
      ),
    )
    const walks = Promise.all(firsts.map(({ body }) => walk(body)))
    try {
      for (const [index, authority] of authorities.entries()) {
        // The last one is given no time to answer what it has begun.
        await authority.stop(index === 2 ? 'SIGKILL' : 'SIGTERM')
        await authority.start()
        await waitUntil('HAProxy sees it', () => isUp('authorities', NAMES[index] ?? ''))
      }
      for (const [index, replica] of replicas.entries()) {
        await replica.restart()
        await waitUntil('it is fresh', async () => (await statusOf(replica.port)) === 'fresh')
        await waitUntil('HAProxy sees it', () => isUp('orders', NAMES[index] ?? ''))
      }
    } finally {
      isRolling = false
    }
    const [last] = await walks
    expect(failures).toEqual([])
    expect(requests).toBeGreaterThan(10 * CLIENTS)

    // And a logout in one authority reaches every replica.
    await login.logout(last?.accessToken ?? '')
    for (const { port } of replicas) {
      const direct = new AuthorityClient(`http://127.0.0.1:${port}`)
      await waitUntil('the replica refuses', async () => {
        const { body } = await direct.call('/orders', { token: last?.accessToken ?? '' })
        return body['code'] === 'token_revoked'
      })
    }
  })
})

/** Signs whatever claims, as no library would. */
function issue(claims: object, { key, typ = 'at+jwt' }: { key: KeyObject; typ?: string }): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signed = `${encode({ alg: 'ES256', typ })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

interface Replica {
  readonly port: number
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The orders service in a process of its own. */
async function startReplica(issuer: string): Promise<Replica> {
  const port = await findFreePort()
  let child: ChildProcess
  const start = async () => {
    child = spawn(process.execPath, [ORDERS], {
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        ISSUER: issuer,
        AUDIENCE: issuer,
      },
      stdio: 'ignore',
    })
    await waitUntil('the replica listens', () => isListening(port))
  }
  const stop = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  await start()
  return {
    port,
    stop,
    async restart() {
      await stop()
      await start()
    },
  }
}

async function statusOf(port: number): Promise<unknown> {
  const { body } = await new AuthorityClient(`http://127.0.0.1:${port}`).call('/health')
  return body['status']
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort } from '../free-port.ts'
import { openTempFolder } from '../temp-folder.ts'
import { waitUntil } from '../wait-until.ts'
import { findPostgres } from './find-postgres.ts'

export interface PostgresServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** The folder of its data. */
  readonly folder: string
  /** The process of the server itself, to be watched or killed. */
  readonly pid: () => number
  start(): Promise<void>
  /** Ends it: in good order, or at once (`SIGKILL`) as a crash would. */
  stop(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>
}

const USER = 'signet'

/**
 * Ends when its parent does, whatever ends that: the server listens to its keeper, the keeper to
 * the end of its standard input.
 */
const KEEPER = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'

/** A real PostgreSQL on a loopback port of its own, in a temporary folder. */
export async function startPostgres(
  options: { settings?: Record<string, string>; folder?: string } = {},
): Promise<PostgresServer> {
  const bin = findPostgres()
  const temp = await openTempFolder()
  const root = options.folder ?? temp.path
  const data = join(root, 'data')
  const identity = serverIdentity()
  const password = randomBytes(12).toString('hex')
  const port = await findFreePort()
  if (identity !== null) {
    chownSync(root, identity.uid, identity.gid)
    // It is the server's now, and this process looks into it only as root.
    chmodSync(root, 0o700)
  }
  initialize({ bin, root, data, password, identity })
  let keeper: ChildProcess | null = null

  async function start(): Promise<void> {
    const settings = { fsync: 'off', max_connections: '200', ...options.settings }
    const args = [
      ...['-D', data, '-p', String(port), '-k', root, '-h', '127.0.0.1'],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]
    const started = spawn('/bin/sh', ['-c', KEEPER, 'keeper', join(bin, 'postgres'), ...args], {
      ...identity,
      cwd: root,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    let output = ''
    let isReady = false
    started.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000)
      isReady ||= output.includes('ready to accept connections')
    })
    started.stdin?.on('error', () => {})
    keeper = started
    await waitUntil('PostgreSQL is ready', () => {
      if (started.exitCode !== null) throw new Error(`PostgreSQL ended: ${output}`)
      return isReady
    })
  }

  function pid(): number {
    return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  }

  async function stop(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const stopping = keeper
    if (stopping === null) return
    keeper = null
    const ended = once(stopping, 'exit')
    if (signal === 'SIGKILL') process.kill(pid(), 'SIGKILL')
    stopping.stdin?.end()
    if (stopping.exitCode === null) await ended
  }

  const server: PostgresServer = {
    host: '127.0.0.1',
    port,
    user: USER,
    password,
    folder: data,
    pid,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await temp[Symbol.asyncDispose]()
    },
  }
  try {
    await start()
    return server
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

interface Identity {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: then as its own user where there is one, or as nobody. */
function serverIdentity(): Identity | null {
  if (process.getuid?.() !== 0) return null
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const find = (name: string) => users.find((line) => line.startsWith(`${name}:`))?.split(':')
  const [, , uid, gid] = find('postgres') ?? find('nobody') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

function initialize(cluster: {
  bin: string
  root: string
  data: string
  password: string
  identity: Identity | null
}): void {
  const { bin, root, data, password, identity } = cluster
  if (statSync(data, { throwIfNoEntry: false }) !== undefined) return
  mkdirSync(root, { recursive: true })
  const passwordFile = join(root, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (identity !== null) chownSync(passwordFile, identity.uid, identity.gid)
  const { status, stderr } = spawnSync(
    join(bin, 'initdb'),
    [
      ...['-D', data, '-U', USER, '-E', 'UTF8', '--no-locale', '--no-sync'],
      ...['--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ],
    { ...identity, cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { findFreePort } from './free-port.ts'
import { openTempFolder } from './temp-folder.ts'
import { waitUntil } from './wait-until.ts'

export interface RedisServer extends AsyncDisposable {
  /** With its password, for SIGNET_REDIS_URL. */
  readonly url: string
  readonly password: string
  /** Keeps nothing: started again, it is empty. */
  start(): Promise<void>
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Stops it in its tracks: connections stay open and nothing answers. */
  pause(): void
  resume(): void
}

const PROGRAM = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'redis-server'))
  .find((path) => existsSync(path))

/**
 * Whether tests that need Redis can run here. There is no package that brings one, so elsewhere than
 * in CI a machine may do without, and the tests say that they were skipped.
 */
export function hasRedis(): boolean {
  if (PROGRAM === undefined && process.env['CI']) {
    throw new Error('redis-server is missing: CI runs every test')
  }
  return PROGRAM !== undefined
}

/** A real Redis on a loopback port of its own, with a password. */
export async function startRedis(): Promise<RedisServer> {
  if (PROGRAM === undefined) throw new Error('redis-server is not installed')
  const program = PROGRAM
  const folder = await openTempFolder()
  const port = await findFreePort()
  const password = 'a-password-of-tests'
  let running: ChildProcess | null = null

  async function start(): Promise<void> {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password]
    running = spawn(program, [...args, '--save', '', '--appendonly', 'no'], {
      cwd: folder.path,
      stdio: 'ignore',
    })
    await waitUntil('Redis listens', () => isListening(port))
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const stopping = running
    running = null
    if (stopping === null || stopping.exitCode !== null) return
    const ended = once(stopping, 'exit')
    stopping.kill(signal)
    await ended
  }

  await start()
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    password,
    start,
    stop,
    pause: () => running?.kill('SIGSTOP'),
    resume: () => running?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
      await folder[Symbol.asyncDispose]()
    },
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { findProgram } from './find-program.ts'
import { findFreePort } from './free-port.ts'
import { isListening } from './is-listening.ts'
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

const PROGRAM = findProgram('redis-server')

/** Whether tests that need Redis can run here; where not, they say that they were skipped. */
export function hasRedis(): boolean {
  return PROGRAM !== null
}

/** A real Redis on a loopback port of its own, with a password. */
export async function startRedis(): Promise<RedisServer> {
  if (PROGRAM === null) throw new Error('redis-server is not installed')
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

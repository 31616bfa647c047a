import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { AuthorityClient } from './authority-client.ts'
import { environmentWith } from './child-environment.ts'
import { findFreePort } from './free-port.ts'
import { watchSource } from './leaks.ts'
import { SIGNET_BIN } from './run-signet.ts'
import { openTempFolder } from './temp-folder.ts'
import { waitUntil } from './wait-until.ts'
import { keepSettings, watchBeforeEnd } from './watch-authority.ts'

export interface SpawnedAuthority extends AsyncDisposable {
  readonly url: string
  readonly client: AuthorityClient
  /** Its working folder; the database is in `data` below it. */
  readonly folder: string
  /** What it is started with, to start another beside it or instead of it. */
  readonly settings: Record<string, string>
  /** Everything it printed so far, stdout and stderr. */
  readonly output: () => string
  /** Of the process itself, to be watched. */
  readonly pid: () => number
  /** Sends a signal and waits for the end. Answers the exit code, null after a killing signal. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
  /** Starts it again where it was, and waits until it answers. */
  start(): Promise<void>
}

/** In the commands that development shows at its start; tests have the same password. */
const SAMPLE = `"password":"correct horse battery"}'`

/** Far above what a start takes, for machines on which many other things run. */
const START_TIMEOUT_MS = 60_000

/** A real authority in a process of its own, as `npm start` runs it unless another command is named. */
export async function spawnAuthority(
  options: { command?: 'dev' | 'serve'; settings?: Record<string, string> } = {},
): Promise<SpawnedAuthority> {
  const folder = await openTempFolder()
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const settings = { SIGNET_PORT: String(port), ...options.settings }
  let output = ''
  keepSettings(settings)
  watchSource(() => output.replaceAll(SAMPLE, ''))
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [SIGNET_BIN, options.command ?? 'dev'], {
      cwd: folder.path,
      env: environmentWith(settings),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    await waitUntil(
      'the authority answers',
      async () => {
        if (started.exitCode !== null) throw new Error(`the authority ended: ${output}`)
        return isReady(url)
      },
      START_TIMEOUT_MS,
    )
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const running = child
    if (running === null) return null
    child = null
    if (running.exitCode !== null || running.signalCode !== null) return running.exitCode
    await watchBeforeEnd({ url, secretFile: join(folder.path, 'data', 'signet.secret') })
    const ended = once(running, 'exit')
    running.kill(signal)
    await ended
    return running.exitCode
  }

  async function dispose(): Promise<void> {
    await stop('SIGKILL')
    await folder[Symbol.asyncDispose]()
  }

  try {
    await start()
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    url,
    client: new AuthorityClient(url),
    folder: folder.path,
    settings,
    output: () => output,
    pid: () => child?.pid ?? -1,
    start,
    stop,
    [Symbol.asyncDispose]: dispose,
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).status === 200
  } catch {
    // Not listening yet.
    return false
  }
}

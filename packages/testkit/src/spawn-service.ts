import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { waitUntil } from './wait-until.ts'

export interface SpawnedService extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Asks it to end, and says with which code it did; null: by a signal. */
  stop(): Promise<number | null>
}

/**
 * A service in a process of its own, which says "listening on" an address at `PORT`. With a path
 * of its guard's health, it is started when that is fresh.
 */
export async function spawnService(
  file: URL,
  { env, health }: { env: Record<string, string>; health?: string },
): Promise<SpawnedService> {
  const child = spawn(process.execPath, [fileURLToPath(file)], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const stop = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode
  }
  const url = await readAddress(child.stdout)
  if (url === null) throw new Error(`${file.pathname} ended before it listened`)
  if (health !== undefined) {
    await waitUntil('the service is fresh', async () => {
      const answer = (await (await fetch(url + health)).json()) as { status: string }
      return answer.status === 'fresh'
    })
  }
  return {
    url,
    pid: child.pid as number,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

async function readAddress(output: NodeJS.ReadableStream): Promise<string | null> {
  for await (const line of createInterface({ input: output })) {
    const url = /listening on (http:\S+)$/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  return null
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { isListening, type TempFolder, waitUntil } from '@signet/testkit'

export interface RunningProxy extends AsyncDisposable {
  /** Everything it printed. */
  readonly output: () => string
  signal(signal: NodeJS.Signals): void
}

/** Starts a proxy that stays in the foreground, and waits until it listens. */
export async function startProxy(options: {
  program: string
  args: string[]
  port: number
  folder: TempFolder
}): Promise<RunningProxy> {
  const { program, args, port, folder } = options
  let output = ''
  const child = spawn(program, args, {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  await waitUntil(`${program} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${output}`)
    return isListening(port)
  })
  return {
    output: () => output,
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { waitUntil } from '@signet/testkit'

const STRACE = 'strace'

export interface FailingFsync {
  /** Whether none of them is left: the database gave up and began anew. */
  isOver(): boolean
  stop(): Promise<void>
}

/** From now on, whoever of `pids` asks for its writes to be on disk is told that they are not. */
export async function failFsync(
  pids: readonly number[],
  options: { threads: 'all' | 'main' },
): Promise<FailingFsync> {
  const args = [
    ...['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO'],
    ...(options.threads === 'all' ? ['-f'] : []),
    ...['-o', '/dev/null'],
    ...pids.flatMap((pid) => ['-p', String(pid)]),
  ]
  const strace = spawn(STRACE, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  strace.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await waitUntil('strace has attached itself', () => {
    // First, for all that it watched may have ended since.
    if (output.includes('attached')) return true
    if (hasEnded(strace)) throw new Error(`strace ended: ${output}`)
    return false
  })
  return {
    isOver: () => hasEnded(strace),
    async stop() {
      if (hasEnded(strace)) return
      const ended = once(strace, 'exit')
      strace.kill('SIGINT')
      await ended
    },
  }
}

/** Null where fsync can be made to fail, otherwise why not. */
export function whyNoFailingFsync(): string | null {
  const { status, error } = spawnSync(STRACE, ['-f', '-o', '/dev/null', 'true'])
  return status === 0 ? null : `strace cannot be used here (${error?.message ?? 'not permitted'})`
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

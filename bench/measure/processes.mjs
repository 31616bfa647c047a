// Processes that are measured: started, waited for, looked at through /proc, and ended with this one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'

/** What Linux counts processor time in, whatever the machine. */
const TICKS_PER_SECOND = 100

const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts a process and waits until `path` on `port` answers 200. `output` is a file descriptor or
 * 'ignore'. Answers how long that took, from before the process existed to the end of the answer.
 */
export async function startProcess({ args, port, path, env = {}, cwd, output = 'ignore' }) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNET_'))
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', output, 'inherit'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(() => running.delete(child))
  while (!(await answers(port, path))) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended: ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return {
    pid: child.pid,
    startMs: performance.now() - started,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function answers(port, path) {
  return new Promise((resolve) => {
    const asked = request({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200))
    })
    asked.on('error', () => resolve(false)).end()
  })
}

/** Resident memory in MB. */
export function residentMegabytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

/** Processor seconds that a process and its children have used, ended children included. */
export function processorSeconds(pid) {
  const statistics = new Map()
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/.test(name) ? readStat(name) : null
    if (fields !== null) statistics.set(Number(name), fields)
  }
  const family = [...statistics].filter(([each, { parent }]) => each === pid || parent === pid)
  return family.reduce((sum, [, { ticks }]) => sum + ticks, 0) / TICKS_PER_SECOND
}

/** Null for a process that has just ended. */
function readStat(pid) {
  try {
    // The name, in parentheses, may hold anything.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
    const [user, system, childUser, childSystem] = text.slice(11, 15).map(Number)
    return { parent: Number(text[1]), ticks: user + system + childUser + childSystem }
  } catch {
    return null
  }
}

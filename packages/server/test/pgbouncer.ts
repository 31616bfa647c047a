// A real PgBouncer in front of a PostgreSQL of the tests.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort, findProgram, isListening, openTempFolder, waitUntil } from '@signet/testkit'

const PROGRAM = findProgram('pgbouncer')

export function hasPgbouncer(): boolean {
  return PROGRAM !== null
}

/** Lends a connection to `server` for each transaction, as poolers usually do. */
export async function startPgbouncer(server: URL) {
  if (PROGRAM === null) throw new Error('pgbouncer is not installed')
  const folder = await openTempFolder()
  const port = await findFreePort()
  const { hostname, username, password, pathname } = server
  const users = join(folder.path, 'users')
  const settings = join(folder.path, 'pgbouncer.ini')
  writeFileSync(users, `"${username}" "${password}"\n`)
  writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
`,
  )
  // It refuses to run as root.
  chmodSync(folder.path, 0o755)
  const asRoot = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child: ChildProcess = spawn(PROGRAM, [...asRoot, settings], { stdio: 'ignore' })
  await waitUntil('the pooler listens', () => isListening(port))
  return {
    url: `postgres://${username}:${password}@127.0.0.1:${port}${pathname}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await folder[Symbol.asyncDispose]()
    },
  }
}

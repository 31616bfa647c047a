// R12: what a database can meet while it is used. Each time writes are answered with 503 and a
// reason, never with 401 or 500; nothing acknowledged is lost; and afterwards the same process
// answers again without anybody's help.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  openPostgresDatabase,
  type PostgresServer,
  querySqliteFile,
  type SpawnedAuthority,
  spawnAuthority,
  startPostgres,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { type FailingFsync, failFsync } from './faults/failing-fsync.ts'
import type { Fault } from './faults/fault.ts'
import { childIn, childrenOf } from './faults/processes-of.ts'
import { mountSmallDisk, type SmallDisk } from './faults/small-disk.ts'
import { PROOF_SETTINGS } from './proof-database.ts'
import { type ProofRun, roundsOf } from './proof-run.ts'
import { Witness } from './witness.ts'

/** A fault is over when so many requests have met it. */
const REQUESTS_MET = 5

/** A stopped server is noticed by timeouts of seconds, and the machine may be busy. */
const PATIENCE_MS = 90_000

interface Place extends AsyncDisposable {
  readonly database: TestDatabase
  createFaults(authority: SpawnedAuthority): Fault[]
}

/** Round by round one fault after the other. Breaks off with an error where the promise does not hold. */
export async function proveFaults(run: ProofRun): Promise<void> {
  const { tally } = run
  await using place = await (run.database === 'SQLite' ? openSqlitePlace() : openPostgresPlace())
  const { database } = place
  await using authority = await spawnAuthority({
    settings: { ...database.settings, ...PROOF_SETTINGS, SIGNET_REFRESH_GRACE: '0s' },
  })
  const faults = place.createFaults(authority)
  const witness = new Witness({ client: authority.client, database, tally })
  await witness.open()
  for (const { index, random } of roundsOf(run)) {
    const fault = faults[index % faults.length] as Fault
    const before = tally.of('requests answered 503')
    witness.start()
    try {
      await fault.begin()
      await meet(fault, () => tally.of('requests answered 503') >= before + REQUESTS_MET)
    } finally {
      await fault.end()
      await witness.stop()
    }
    await waitUntil('writes are answered again', () => witness.isServed(), PATIENCE_MS)
    await waitUntil('the authority calls itself ready', () => isReady(authority))
    await witness.check(random)
    tally.add(`survived: ${fault.name}`)
  }
  assert.equal(tally.of('requests cut off'), 0, 'the authority itself never ends')
}

function meet(fault: Fault, isMet: () => boolean): Promise<void> {
  const isSo = async () => {
    await fault.renew?.()
    return isMet()
  }
  return waitUntil('the fault is met', isSo, PATIENCE_MS)
}

async function isReady({ client }: SpawnedAuthority): Promise<boolean> {
  return (await client.call('/health/ready')).status === 200
}

async function openSqlitePlace(): Promise<Place> {
  const disk = await mountSmallDisk(16)
  const path = join(disk.path, 'signet.db')
  const dispose = () => disk[Symbol.asyncDispose]()
  return {
    database: {
      settings: {
        SIGNET_DATABASE_URL: `sqlite:${path}`,
        SIGNET_SECRET: randomBytes(32).toString('base64url'),
      },
      query: (sql, parameters) => querySqliteFile(path, sql, parameters),
      [Symbol.asyncDispose]: dispose,
    },
    createFaults: (authority) => [
      fullDisk(disk),
      brokenFsync(() => failFsync([childIn(authority.folder)], { threads: 'all' })),
    ],
    [Symbol.asyncDispose]: dispose,
  }
}

/** Room for an empty cluster, a few segments of its log and what a run writes. */
const POSTGRES_MEBIBYTES = 256

async function openPostgresPlace(): Promise<Place> {
  const disk = await mountSmallDisk(POSTGRES_MEBIBYTES)
  const server = await startPostgres({
    folder: disk.path,
    settings: { fsync: 'on', min_wal_size: '32MB', max_wal_size: '64MB' },
  })
  const database = await openPostgresDatabase(server)
  return {
    database,
    createFaults: () => [
      {
        name: 'the server restarts',
        begin: () => server.stop(),
        end: () => server.start(),
      },
      {
        name: 'the server stands still',
        begin: async () => signalAll(server, 'SIGSTOP'),
        end: async () => signalAll(server, 'SIGCONT'),
      },
      fullDisk(disk, server),
      // Its children alone: what recovers after their panic finds a disk that works.
      brokenFsync(
        () => failFsync(childrenOf(server.pid()), { threads: 'main' }),
        () => database.query('SELECT 1'),
      ),
    ],
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await disk[Symbol.asyncDispose]()
    },
  }
}

function fullDisk(disk: SmallDisk, server?: PostgresServer): Fault {
  return {
    name: 'the disk is full',
    begin: async () => disk.fill(),
    async end() {
      disk.free()
      // Without room for its own log PostgreSQL gives up; whoever runs it starts it again.
      if (server !== undefined && !isRunning(server)) {
        await server.stop()
        await server.start()
      }
    },
  }
}

/** Fails again each time `recover` finds the database back. */
function brokenFsync(fail: () => Promise<FailingFsync>, recover?: () => Promise<unknown>): Fault {
  let failing: FailingFsync | null = null
  async function begin(): Promise<void> {
    failing = await fail()
  }
  return {
    name: 'fsync fails',
    begin,
    async renew() {
      if (failing?.isOver()) await recover?.().then(begin, () => {})
    },
    end: async () => failing?.stop(),
  }
}

function signalAll(server: PostgresServer, signal: NodeJS.Signals): void {
  const main = server.pid()
  for (const pid of [main, ...childrenOf(main)]) process.kill(pid, signal)
}

function isRunning(server: PostgresServer): boolean {
  try {
    return process.kill(server.pid(), 0)
  } catch {
    // No file that names it, or no such process.
    return false
  }
}

// R1: kill -9 at any moment. On SQLite the authority is killed; on PostgreSQL it is now the
// authority, now the database server, whose commits go to disk as in production.
import { setTimeout as sleep } from 'node:timers/promises'
import { type PostgresServer, spawnAuthority, waitUntil } from '@signet/testkit'
import { openProofDatabase, PROOF_SETTINGS } from './proof-database.ts'
import { type ProofRun, roundsOf } from './proof-run.ts'
import { Witness } from './witness.ts'

/** A repeat that comes a second later is a repair already: both happen while things restart. */
const SETTINGS = { ...PROOF_SETTINGS, SIGNET_REFRESH_GRACE: '0s' }

/** Enough for logins, signups, refreshes and logouts: every kind of write meets a kill. */
const MOST_ANSWERS = 30

interface Victim {
  readonly name: string
  kill(): Promise<void>
  revive(): Promise<void>
}

/** Breaks off with an error where the promise does not hold. */
export async function proveCrashes(run: ProofRun): Promise<void> {
  await using opened = await openProofDatabase(run, { settings: { fsync: 'on' } })
  const { database, server } = opened
  await using authority = await spawnAuthority({ settings: { ...database.settings, ...SETTINGS } })
  const victims: Victim[] = [
    {
      name: 'authority',
      kill: async () => void (await authority.stop('SIGKILL')),
      revive: () => authority.start(),
    },
  ]
  if (server !== null) victims.push(createServerVictim(server))

  const witness = new Witness({ client: authority.client, database, tally: run.tally })
  await witness.open()
  for (const { random } of roundsOf(run)) {
    const victim = random.pick(victims)
    witness.start()
    const wanted = witness.acknowledged + random.below(MOST_ANSWERS)
    try {
      await waitUntil('enough is acknowledged', () => witness.acknowledged >= wanted)
      // Not always right behind an answer.
      await sleep(random.next() * 10)
      await victim.kill()
    } finally {
      await witness.stop()
    }
    await victim.revive()
    await waitUntil('writes are answered again', () => witness.isServed())
    await witness.check(random)
    run.tally.add(`kills of the ${victim.name}`)
  }
}

function createServerVictim(server: PostgresServer): Victim {
  return {
    name: 'PostgreSQL server',
    kill: () => server.stop('SIGKILL'),
    revive: () => startAgain(server),
  }
}

/** Its children notice the death a moment later; as long as one lives, a new server refuses to start. */
async function startAgain(server: PostgresServer): Promise<void> {
  await waitUntil('PostgreSQL starts again', async () => {
    try {
      await server.start()
      return true
    } catch (error) {
      if (/shared memory|lock file/.test((error as Error).message)) return false
      throw error
    }
  })
}

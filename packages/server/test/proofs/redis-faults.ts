// R12, the part of Redis: it is killed and comes back empty, it stands still, or somebody empties it,
// while authorities that wake each other over it are used. Redis holds nothing that is not elsewhere, so
// no request may be refused for it; ends reach a follower all the same; and afterwards the mirror holds
// every live revocation again, without anybody's help.
import assert from 'node:assert/strict'
import {
  type FollowedFeed,
  followFeed,
  type RedisServer,
  type SpawnedAuthority,
  spawnAuthority,
  startRedis,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { Redis } from 'ioredis'
import type { Fault } from './faults/fault.ts'
import { openProofDatabase, PROOF_SETTINGS } from './proof-database.ts'
import { type ProofRun, roundsOf } from './proof-run.ts'
import { Witness } from './witness.ts'

/** So many requests must succeed while a fault lasts. */
const REQUESTS_MET = 12

/** For machines on which many other things run. */
const PATIENCE_MS = 90_000

/** Round by round one fault after the other. Breaks off with an error where the promise does not hold. */
export async function proveRedisFaults(run: ProofRun): Promise<void> {
  const { tally } = run
  await using server = await startRedis()
  await using place = await openProofDatabase(run)
  const { database } = place
  const settings = { ...database.settings, ...PROOF_SETTINGS, SIGNET_REDIS_URL: server.url }
  await using authority = await spawnAuthority({ settings })
  // On SQLite there is one process, which has no other to wake.
  await using other = run.database === 'SQLite' ? null : await spawnAuthority({ settings })
  await using follower = await followFeed((other ?? authority).url)
  const redis = new Redis(server.url, { maxRetriesPerRequest: null })
  redis.on('error', () => {})
  const faults = faultsOf(server, redis)
  const witness = new Witness({ client: authority.client, database, tally })
  try {
    await witness.open()
    for (const { index, random } of roundsOf(run)) {
      const fault = faults[index % faults.length] as Fault
      witness.start()
      try {
        await fault.begin()
        const wanted = witness.acknowledged + REQUESTS_MET
        const isMet = () => witness.acknowledged >= wanted
        await waitUntil('requests are answered without Redis', isMet, PATIENCE_MS)
      } finally {
        await fault.end()
        await witness.stop()
      }
      for (const one of other === null ? [authority] : [authority, other]) await isReady(one)
      await witness.check(random)
      const ended = await idsOf(database)
      await waitUntil('every end was heard', () => hasHeard(follower, ended), PATIENCE_MS)
      await waitUntil('the mirror is whole', () => isWhole(redis, ended), PATIENCE_MS)
      tally.add(`survived: ${fault.name}`)
    }
  } finally {
    redis.disconnect()
  }
  assert.equal(tally.of('requests cut off'), 0, 'the authority itself never ends')
  assert.equal(tally.of('requests answered 503'), 0, 'nobody needs Redis for an answer')
}

function faultsOf(server: RedisServer, redis: Redis): Fault[] {
  return [
    {
      name: 'Redis is killed and comes back empty',
      begin: () => server.stop('SIGKILL'),
      end: () => server.start(),
    },
    {
      name: 'Redis stands still',
      begin: async () => server.pause(),
      end: async () => server.resume(),
    },
    { name: 'Redis is emptied', begin: () => redis.flushall(), end: async () => {} },
  ]
}

async function isReady({ client }: SpawnedAuthority): Promise<void> {
  assert.equal((await client.call('/health/ready')).status, 200)
}

/** Of the sessions that ended, all of which live on in the log for as long as this runs. */
async function idsOf(database: TestDatabase): Promise<string[]> {
  const rows = await database.query(`select subject_id from revocations where kind = 'session'`)
  return rows.map((row) => String(row['subject_id']))
}

function hasHeard({ messages }: FollowedFeed, ids: readonly string[]): boolean {
  const heard = new Set(messages.flatMap(({ data }) => data.entries?.map(({ id }) => id) ?? []))
  return ids.every((id) => heard.has(id))
}

async function isWhole(redis: Redis, ids: readonly string[]): Promise<boolean> {
  const keys = ids.map((id) => `signet:revoked:session:${id}`)
  const isFresh = (await redis.exists('signet:revoked:fresh')) === 1
  return isFresh && (await redis.exists(...keys)) === keys.length
}

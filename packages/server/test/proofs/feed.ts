// R5: after an end was answered, every verifier with a fresh feed refuses the token, within 100 ms
// for 99 of 100 and within a second always. One authority on SQLite, three on PostgreSQL, and
// verifiers that follow one or another of them.
import assert from 'node:assert/strict'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { createGuard, type Guard, isRefusal } from '@signet/guard'
import { type RedisServer, startRedis, type TokenAnswer } from '@signet/testkit'
import { type Processes, startProcesses } from './processes.ts'
import { openProofDatabase } from './proof-database.ts'
import { type ProofRun, type Random, roundsOf } from './proof-run.ts'

const ISSUER = 'http://localhost:3000'
const PASSWORD = 'correct horse battery'

/** Sessions that end at once in a round, at whichever process. */
const AT_ONCE = 5

/** Sessions are opened ahead: hashing passwords takes the processors. */
const AHEAD = 50

/** A verifier that has not refused by then never will. */
const NEVER_MS = 30_000

export const REFUSED = 'refused after the answer, ms'

export interface FeedProof {
  readonly verifiers: number
  /** How processes wake each other; on SQLite there is one. */
  readonly wakeUps: 'notify' | 'redis' | 'poll'
}

/** Breaks off with an error where a verifier goes on accepting. How long it took is in the tally. */
export async function proveFeed(run: ProofRun, proof: FeedProof): Promise<void> {
  await using opened = await openProofDatabase(run)
  await using redis = proof.wakeUps === 'redis' ? await startRedis() : null
  const count = run.database === 'SQLite' ? 1 : 3
  await using processes = await startProcesses(opened.database, settingsFor(proof, redis), count)
  const guards = openGuards(processes, proof.verifiers)
  try {
    await Promise.all(guards.map((guard) => guard.ready()))
    await processes.all[0].client.signup('ada@example.com', PASSWORD)
    const ahead: TokenAnswer[] = []
    for (const { random } of roundsOf(run)) {
      if (ahead.length === 0) await openSessions(processes, ahead)
      const ending = ahead.splice(0, AT_ONCE)
      await Promise.all(ending.map((pair) => endOne({ run, random, processes, guards, pair })))
    }
  } finally {
    for (const guard of guards) guard.close()
  }
}

function settingsFor({ wakeUps }: FeedProof, redis: RedisServer | null): Record<string, string> {
  if (redis !== null) return { SIGNET_REDIS_URL: redis.url }
  return wakeUps === 'poll' ? { SIGNET_WAKE_UPS: 'poll' } : {}
}

/** Each as in a service of its own, following one of the processes. */
function openGuards({ all }: Processes, count: number): Guard[] {
  return Array.from({ length: count }, (_, index) => {
    const { url } = all[index % all.length] ?? all[0]
    return createGuard({
      issuer: ISSUER,
      audience: ISSUER,
      // It is the issuer's name that is verified, and the process at `url` that is asked.
      fetch: (address, init) => fetch(String(address).replace(ISSUER, url), init),
    })
  })
}

async function openSessions({ all }: Processes, ahead: TokenAnswer[]): Promise<void> {
  for (let opened = 0; opened < AHEAD; opened += all.length) {
    const answers = await Promise.all(
      all.map(({ client }) => client.login('ada@example.com', PASSWORD)),
    )
    for (const { status, body } of answers) {
      assert.equal(status, 200)
      ahead.push(body)
    }
  }
}

async function endOne(parts: {
  run: ProofRun
  random: Random
  processes: Processes
  guards: readonly Guard[]
  pair: TokenAnswer
}): Promise<void> {
  const { run, random, processes, guards, pair } = parts
  const { accessToken, refreshToken } = pair
  for (const guard of guards) await guard.verify(accessToken)
  const { client } = random.pick(processes.all)
  const { status } =
    random.below(2) === 0
      ? await client.logout(accessToken)
      : await client.call('/logout', { body: { refreshToken } })
  const answeredAt = performance.now()
  assert.equal(status, 204)
  await Promise.all(
    guards.map(async (guard) => {
      await untilRefused(guard, accessToken)
      run.tally.measure(REFUSED, performance.now() - answeredAt)
    }),
  )
  run.tally.add('sessions ended')
}

async function untilRefused(guard: Guard, token: string): Promise<void> {
  const deadline = performance.now() + NEVER_MS
  while (performance.now() < deadline) {
    try {
      await guard.verify(token)
    } catch (error) {
      assert.ok(isRefusal(error))
      assert.equal(error.code, 'token_revoked')
      return
    }
    await letOthersRun()
  }
  assert.fail(`accepted ${NEVER_MS} ms after the session had ended`)
}

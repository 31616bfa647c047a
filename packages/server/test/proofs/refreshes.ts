// R2: 64 refreshes of one token at once over three processes have one successor. Every fourth round
// is a repair: the row is made to look as if its grace were over, and its parent is presented.
import assert from 'node:assert/strict'
import type { SpawnedAuthority, TestDatabase } from '@signet/testkit'
import { decode } from '@signet/token'
import { startProcesses } from './processes.ts'
import { openProofDatabase } from './proof-database.ts'
import { type ProofRun, roundsOf } from './proof-run.ts'

const AT_ONCE = 64
const PASSWORD = 'correct horse battery'

interface Pair {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Breaks off with an error where the promise does not hold. */
export async function proveRefreshes(run: ProofRun): Promise<void> {
  await using opened = await openProofDatabase(run)
  const { database } = opened
  await using authorities = await startProcesses(database, { SIGNET_REFRESH_GRACE: '60s' })
  const [{ client }] = authorities.all
  const { body } = await client.signup('ada@example.com', PASSWORD)
  let held: Pair = body
  let before: Pair | null = null
  let generation = 1
  for (const { index } of roundsOf(run)) {
    const isRepair: boolean = index % 4 === 3 && before !== null
    if (isRepair) await endGrace(database)
    const presented: Pair = isRepair ? (before as Pair) : held
    const successor = await refreshAtOnce(run, authorities.all, presented)
    generation += 1
    assert.notEqual(successor.refreshToken, held.refreshToken)
    assert.equal(await generationIn(database), generation, 'one generation follows')
    run.tally.add(isRepair ? 'repairs by 64 at once' : 'rotations by 64 at once')
    before = presented
    held = successor
  }
}

/** All of them get the same pair of tokens, except those that are told to come again. */
async function refreshAtOnce(
  { tally }: ProofRun,
  authorities: readonly SpawnedAuthority[],
  { refreshToken }: Pair,
): Promise<Pair> {
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      refresh((authorities[index % authorities.length] as SpawnedAuthority).url, refreshToken),
    ),
  )
  const granted = answers.flatMap(({ status, body }) => (status === 200 ? [body as Pair] : []))
  for (const { status, body } of answers) {
    if (status === 200) continue
    assert.equal(status, 503, `answered ${status} ${body.code}`)
    tally.add('answered 503')
  }
  tally.add('granted', granted.length)
  assert.equal(new Set(granted.map((pair) => pair.refreshToken)).size, 1, 'one successor')
  const ids = granted.map(({ accessToken }) => decode(accessToken).claims['jti'])
  assert.equal(new Set(ids).size, 1, 'one access token')
  return granted[0] as Pair
}

/** Over a kept connection, so that the requests arrive together. */
async function refresh(url: string, refreshToken: string) {
  const response = await fetch(`${url}/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshToken }),
  })
  return { status: response.status, body: (await response.json()) as { code?: string } }
}

async function endGrace(database: TestDatabase): Promise<void> {
  await database.query('update sessions set rotated_at = rotated_at - 3600 returning id')
}

async function generationIn(database: TestDatabase): Promise<number> {
  const [row] = await database.query('select generation from sessions')
  return Number(row?.['generation'])
}

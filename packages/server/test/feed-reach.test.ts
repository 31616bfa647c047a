import { hasRedis } from '@signet/testkit'
import { describe, expect, test } from 'vitest'
import { type FeedProof, proveFeed, REFUSED } from './proofs/feed.ts'
import { createProofRun } from './proofs/proof-run.ts'

const VERIFIERS = 8
/** Of five ends each, in each of four ways: 200 ends in all. */
const ROUNDS = 10

// How long it takes is `npm run prove -- feed`; here, that nobody goes on accepting.
describe('G01 G02 R5 an end that was answered reaches every verifier', () => {
  const run = async (database: 'SQLite' | 'PostgreSQL', wakeUps: FeedProof['wakeUps']) => {
    const proof = createProofRun({ database, seed: 1, count: ROUNDS })
    await proveFeed(proof, { verifiers: VERIFIERS, wakeUps })
    expect(proof.tally.of('sessions ended')).toBe(5 * ROUNDS)
    expect(proof.tally.distributions().map(([what]) => what)).toEqual([REFUSED])
  }

  test('from one process on SQLite', { timeout: 300_000 }, () => run('SQLite', 'poll'))

  test('from three processes on PostgreSQL that notify each other', { timeout: 300_000 }, () =>
    run('PostgreSQL', 'notify'),
  )

  test('from three processes that only poll', { timeout: 300_000 }, () => run('PostgreSQL', 'poll'))

  test.skipIf(!hasRedis())(
    'from three processes that wake each other over Redis',
    { timeout: 300_000 },
    () => run('PostgreSQL', 'redis'),
  )
})

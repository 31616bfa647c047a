import { expect, test } from 'vitest'
import { proveLostAnswers } from './proofs/lost-answers.ts'
import { createProofRun } from './proofs/proof-run.ts'

const ROUNDS = 250
const SEED = 4_242

test.each(['SQLite', 'PostgreSQL'] as const)(
  `R4 G05 answers lost early and late on %s, ${ROUNDS} times with seed ${SEED}: nobody honest is out, two holders are within two rounds`,
  async (database) => {
    const run = createProofRun({ database, seed: SEED, count: ROUNDS })
    await proveLostAnswers(run)
    const { tally } = run
    expect(tally.of('honest clients still logged in')).toBe(ROUNDS)
    for (const what of [
      'answers lost',
      'repairs',
      'two holders noticed in round 1',
      'two holders noticed in round 2',
    ]) {
      expect(tally.of(what), what).toBeGreaterThan(ROUNDS / 10)
    }
  },
  120_000,
)

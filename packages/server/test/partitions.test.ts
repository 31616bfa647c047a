import { expect, test } from 'vitest'
import { proveOutage } from './proofs/outage.ts'
import { kindsOn } from './proofs/partitions/kinds.ts'
import { provePartitions } from './proofs/partitions.ts'
import { createProofRun } from './proofs/proof-run.ts'

const SEED = 6
const timeout = 300_000

test.each(['SQLite', 'PostgreSQL'] as const)(
  `G09 G10 R6 a verifier that is cut off, once in each way with seed ${SEED}, on %s: no route accepts what it must not, and all is well again by itself`,
  { timeout },
  async (database) => {
    const kinds = kindsOn(database)
    const run = createProofRun({ database, seed: SEED, count: kinds.length })
    await provePartitions(run, { lanes: 3, shortestMs: 5_000, longestMs: 6_000 })
    for (const { name } of kinds) expect(run.tally.of(`held: ${name}`)).toBe(1)
    expect(run.tally.of('partitions that had to be noticed')).toBeGreaterThanOrEqual(3)
  },
)

const SECONDS = 15

test(`F04 F05 R7 an authority that is down for ${SECONDS} s costs freshness alone, and a flood of unknown key ids one question`, {
  timeout,
}, async () => {
  const run = createProofRun({ database: 'SQLite', seed: 7, count: SECONDS })
  await proveOutage(run)
  expect(run.tally.of('accept: accepted while the authority was down')).toBeGreaterThan(100)
  expect(run.tally.of('refuse: 503 while the authority was down')).toBeGreaterThan(5)
  expect(run.tally.of('tokens with unknown key ids refused')).toBeGreaterThan(300)
})

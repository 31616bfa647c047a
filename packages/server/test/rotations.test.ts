import { expect, test } from 'vitest'
import { createProofRun } from './proofs/proof-run.ts'
import { proveRotations } from './proofs/rotations.ts'

/** 30 s and more: tokens of 30 s are verified at their end as well. */
const ROTATIONS = 9

test.each(['SQLite', 'PostgreSQL'] as const)(
  `R8 three processes on %s change keys every 5 s, ${ROTATIONS} times, and no verification fails`,
  async (database) => {
    const run = createProofRun({ database, seed: 8, count: ROTATIONS })
    await proveRotations(run)
    for (const when of ['at once', 'late']) {
      for (const who of ['a cached key set', 'a guard']) {
        expect({ when, who, count: run.tally.of(`verified ${when} by ${who}`) }).toMatchObject({
          count: expect.toSatisfy((count: number) => count > 20),
        })
      }
    }
  },
  300_000,
)

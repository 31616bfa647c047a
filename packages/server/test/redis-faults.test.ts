import { hasRedis } from '@signet/testkit'
import { expect, test } from 'vitest'
import { createProofRun } from './proofs/proof-run.ts'
import { proveRedisFaults } from './proofs/redis-faults.ts'

const SEED = 12
const EACH = 5
const FAULTS = ['Redis is killed and comes back empty', 'Redis stands still', 'Redis is emptied']

test.skipIf(!hasRedis()).for(['SQLite', 'PostgreSQL'] as const)(
  `R12 a Redis that fails, ${EACH} times in each way with seed ${SEED}, beside %s: every request is answered, every end is heard, and the mirror is whole again by itself`,
  { timeout: 600_000 },
  async (database) => {
    const run = createProofRun({ database, seed: SEED, count: EACH * FAULTS.length })
    await proveRedisFaults(run)
    for (const fault of FAULTS) expect(run.tally.of(`survived: ${fault}`)).toBe(EACH)
  },
)

import { expect, test } from 'vitest'
import { whyNoFailingFsync } from './proofs/faults/failing-fsync.ts'
import { whyNoSmallDisk } from './proofs/faults/small-disk.ts'
import { proveFaults } from './proofs/faults.ts'
import { createProofRun } from './proofs/proof-run.ts'

const SEED = 12
const EACH = 5

const FAULTS = {
  SQLite: ['the disk is full', 'fsync fails'],
  PostgreSQL: ['the server restarts', 'the server stands still', 'the disk is full', 'fsync fails'],
} as const

const reason = (await whyNoSmallDisk()) ?? whyNoFailingFsync()
// Whoever builds without root may go without; what releases are made from may not.
const isSkipped = reason !== null && process.env['CI'] === undefined
if (isSkipped) process.stderr.write(`R12 is skipped: ${reason}\n`)

test.skipIf(isSkipped).for(['SQLite', 'PostgreSQL'] as const)(
  `R12 a database that fails, ${EACH} times in each way with seed ${SEED}, on %s: 503 with a reason, nothing acknowledged lost, and all is well again by itself`,
  { timeout: 600_000 },
  async (database) => {
    expect(reason).toBe(null)
    const faults = FAULTS[database]
    const run = createProofRun({ database, seed: SEED, count: EACH * faults.length })
    await proveFaults(run)
    for (const fault of faults) expect(run.tally.of(`survived: ${fault}`)).toBe(EACH)
  },
)

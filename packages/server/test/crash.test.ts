import { expect, test } from 'vitest'
import { proveCrashes } from './proofs/crashes.ts'
import { createProofRun } from './proofs/proof-run.ts'

const CYCLES = 40
const SEED = 20_261

test.each(['SQLite', 'PostgreSQL'] as const)(
  `R1 G05 kill -9 under %s ${CYCLES} times with seed ${SEED}: nothing acknowledged is lost, nothing used or void goes on, nobody honest is out`,
  async (database) => {
    const run = createProofRun({ database, seed: SEED, count: CYCLES })
    await proveCrashes(run)
    // What was not seen was not shown.
    const { tally } = run
    expect(tally.of('rounds')).toBe(CYCLES)
    expect(tally.of('acknowledged refreshes')).toBeGreaterThan(CYCLES)
    expect(tally.of('requests cut off') + tally.of('requests answered 503')).toBeGreaterThan(CYCLES)
    for (const what of [
      'acknowledged logouts still ended',
      'acknowledged signups found again',
      'used refresh tokens refused',
      'void refresh tokens refused',
      'kills of the authority',
      ...(database === 'PostgreSQL' ? ['kills of the PostgreSQL server'] : []),
    ]) {
      expect(tally.of(what), what).toBeGreaterThan(0)
    }
  },
  600_000,
)

import { expect, test } from 'vitest'
import { proveHttpHistories } from './proofs/http-world.ts'
import { createProofRun, type Tally } from './proofs/proof-run.ts'
import { proveVerbHistories } from './proofs/verbs-world.ts'

const DATABASES = ['SQLite', 'PostgreSQL'] as const
const SEED = 4_711
const OF_VERBS = 450
const OVER_HTTP = 50

/** What was not seen was not shown. */
function expectSeen(tally: Tally, what: readonly string[]): void {
  for (const seen of what) expect(tally.of(seen), seen).toBeGreaterThan(0)
}

test.each(DATABASES)(
  `G04 G06 R3 ${OF_VERBS} histories with seed ${SEED} on %s: the model explains every answer, row and entry`,
  async (database) => {
    const run = createProofRun({ database, seed: SEED, count: OF_VERBS })
    await proveVerbHistories(run)
    const { tally } = run
    expectSeen(tally, [
      'refresh: granted',
      'refresh: session_ended',
      'refresh: refresh_reused',
      'login: granted',
      'login: credentials_wrong',
      'change-password: done',
      'change-password: password_wrong',
      'change-roles: done',
      'sessions alive at the end',
      'sessions ended',
    ])
    expect(tally.of('operations that overlapped another')).toBeGreaterThan(2 * OF_VERBS)
    // A database that gives up on a lock would make every history vague.
    expect(tally.entries().filter(([what]) => what.endsWith(': nothing'))).toEqual([])
  },
  120_000,
)

test.each(DATABASES)(
  `G04 G06 R3 ${OVER_HTTP} histories with seed ${SEED} over HTTP to three processes on %s: the model explains them`,
  async (database) => {
    const run = createProofRun({ database, seed: SEED, count: OVER_HTTP })
    await proveHttpHistories(run)
    expectSeen(run.tally, [
      'refresh: granted',
      'refresh: session_ended',
      'refresh: refresh_reused',
      'logout: done',
      'change-password: done',
      'end-all: done',
    ])
    expect(run.tally.of('operations that overlapped another')).toBeGreaterThan(2 * OVER_HTTP)
  },
  120_000,
)

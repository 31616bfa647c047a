import { type SpawnedAuthority, spawnAuthority, type TestDatabase } from '@signet/testkit'
import { PROOF_SETTINGS } from './proof-database.ts'

/** As many as there are cores, and one more. */
const USUAL_COUNT = 3

export interface Processes extends AsyncDisposable {
  readonly all: readonly [SpawnedAuthority, ...SpawnedAuthority[]]
}

/** Several authorities on one database, as behind a balancer. */
export async function startProcesses(
  database: TestDatabase,
  changes: Record<string, string>,
  count = USUAL_COUNT,
): Promise<Processes> {
  const settings = {
    ...database.settings,
    ...PROOF_SETTINGS,
    SIGNET_ISSUER: 'http://localhost:3000',
    ...changes,
  }
  const starts = Array.from({ length: count }, () => spawnAuthority({ settings }))
  const all = await Promise.all(starts)
  return {
    all: all as [SpawnedAuthority, ...SpawnedAuthority[]],
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((authority) => authority[Symbol.asyncDispose]()))
    },
  }
}

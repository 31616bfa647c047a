import {
  openPostgresDatabase,
  openSqliteDatabase,
  type PostgresServer,
  startPostgres,
  type TestDatabase,
} from '@signet/testkit'
import type { ProofRun } from './proof-run.ts'

/** Every person of a proof calls from one address, and far more often than any person would. */
export const PROOF_SETTINGS = {
  SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS: 'true',
  SIGNET_LOG_LEVEL: 'silent',
}

export interface ProofDatabase extends AsyncDisposable {
  readonly database: TestDatabase
  /** Its own, to be stopped and killed; null on SQLite. */
  readonly server: PostgresServer | null
}

/** `settings` are PostgreSQL's; `folder` is where its data go, if not into one of its own. */
export async function openProofDatabase(
  { database: name }: Pick<ProofRun, 'database'>,
  options: { settings?: Record<string, string>; folder?: string } = {},
): Promise<ProofDatabase> {
  const server = name === 'PostgreSQL' ? await startPostgres(options) : null
  const database = server === null ? await openSqliteDatabase() : await openPostgresDatabase(server)
  return {
    database,
    server,
    async [Symbol.asyncDispose]() {
      // A server goes with all its databases, also one that cannot be asked to drop them any more.
      if (server === null) await database[Symbol.asyncDispose]()
      else await server[Symbol.asyncDispose]()
    },
  }
}

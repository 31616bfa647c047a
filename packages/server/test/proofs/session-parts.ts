import { randomBytes } from 'node:crypto'
import { FakeClock } from '@signet/testkit'
import { createAccounts } from '../../src/accounts/accounts.ts'
import type { PasswordHasher } from '../../src/accounts/password-hasher.ts'
import { createRoles } from '../../src/accounts/roles.ts'
import { createAudit } from '../../src/audit/audit.ts'
import { OPERATOR } from '../../src/audit/audit-entry.ts'
import { createSecretRing, MasterSecret } from '../../src/config/secrets.ts'
import type { AuditedEvents, AuthorityEvent } from '../../src/events.ts'
import { createRevocations } from '../../src/revocation/revocations.ts'
import { createAccountChanges } from '../../src/sessions/account-changes.ts'
import { createEnds } from '../../src/sessions/ends.ts'
import type { Grant } from '../../src/sessions/grants.ts'
import { createSessions } from '../../src/sessions/sessions.ts'
import type { ModelLimits } from '../model/session-model.ts'
import { openTestDatabase } from '../open-test-database.ts'
import { openProofDatabase } from './proof-database.ts'
import type { ProofRun } from './proof-run.ts'

const DAY = 86_400

export const LIMITS: ModelLimits = {
  graceSeconds: 10,
  idleSeconds: 7 * DAY,
  sessionSeconds: 30 * DAY,
}

/** Argon2id takes 20 ms, and what is proved here does not depend on it: thousands of logins. */
const plainHasher: PasswordHasher = {
  load: () => ({ running: 0, waiting: 0 }),
  hash: async (password) => password,
  verify: async ({ passwordHash, password }) => passwordHash === password,
}

/** The verbs of accounts and sessions on a database of their own, under a clock that stands still. */
export async function openSessionParts(run: Pick<ProofRun, 'database'>) {
  const opened = await openProofDatabase(run)
  const clock = new FakeClock(1_700_000_000_000)
  const database = await openTestDatabase(opened.database, clock)
  const events: AuthorityEvent[] = []
  const repaired: (string | null)[] = []
  const secrets = createSecretRing([new MasterSecret(randomBytes(32))])
  const audit = createAudit({ database, secrets, clock })
  const emitter: AuditedEvents = {
    emit: (event) => events.push(event),
    async record(tx, entries) {
      await audit.append(tx, entries)
      for (const { type, sessionId } of entries) {
        if (type === 'session_repaired') repaired.push(sessionId)
      }
    },
  }
  const accounts = createAccounts({ database, hasher: plainHasher, clock, events: emitter })
  const revocations = createRevocations({ database, clock })
  await revocations.open()
  const ends = createEnds({ database, revocations, clock, events: emitter })
  const changes = createAccountChanges({
    database,
    accounts,
    roles: createRoles({ database, clock }),
    ends,
    events: emitter,
  })
  const sessions = createSessions({
    database,
    accounts,
    ends,
    secrets,
    limits: {
      accessTtlSeconds: 900,
      idleTtlSeconds: LIMITS.idleSeconds,
      sessionTtlSeconds: LIMITS.sessionSeconds,
      refreshGraceSeconds: LIMITS.graceSeconds,
    },
    clock,
    events: emitter,
  })
  let people = 0

  return {
    clock,
    database,
    events,
    /** The sessions that were repaired so far. */
    repaired,
    accounts,
    revocations,
    ends,
    changes,
    sessions,
    nowSeconds: () => Math.floor(clock.now() / 1000),

    /** Somebody new who has not logged in. */
    async createPerson(password: string) {
      const email = `person-${people++}@example.com`
      const { account } = await accounts.create({ email, password, name: null, by: OPERATOR })
      return { id: account.id, email, password }
    },

    async login({ email, password }: { email: string; password: string }): Promise<Grant> {
      return sessions.open({
        authenticated: await accounts.authenticate({ email, password, address: null }),
        clientId: 'signet',
        audience: ['here'],
        device: { userAgent: null, address: null },
      })
    },

    refresh(refreshToken: string): Promise<Grant> {
      return sessions.refresh({
        refreshToken,
        clientId: 'signet',
        chooseAudience: (before) => before,
        findAddress: () => null,
        checkStillWanted: () => {},
      })
    },

    async [Symbol.asyncDispose]() {
      await database.close()
      await opened[Symbol.asyncDispose]()
    },
  }
}

export type SessionParts = Awaited<ReturnType<typeof openSessionParts>>

/** The code an operation was refused with; rethrows what is no refusal. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string' || code === 'internal') throw error
  return code
}

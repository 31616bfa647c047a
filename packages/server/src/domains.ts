// The domains of an authority, wired leaves first: what an authority serves and the administration at
// the command line works on. Nothing in here listens, polls or keeps a timer.
import type { Logger } from 'pino'
import { createAccounts } from './accounts/accounts.ts'
import { createPasswordHasher } from './accounts/password-hasher.ts'
import { createRoles } from './accounts/roles.ts'
import { createAudit } from './audit/audit.ts'
import { createClientTokens } from './clients/client-tokens.ts'
import { createClients } from './clients/clients.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import type { SecretRing } from './config/secrets.ts'
import type { Database } from './db/database.ts'
import { createEvents } from './events.ts'
import { createSharedSecrets } from './keys/shared-secrets.ts'
import { createStoredKeys } from './keys/stored-keys.ts'
import { Metrics } from './metrics.ts'
import { createRevocations } from './revocation/revocations.ts'
import { createAccountChanges } from './sessions/account-changes.ts'
import { createEnds } from './sessions/ends.ts'
import { createSessions } from './sessions/sessions.ts'

export function createDomains(parts: {
  config: Config
  database: Database
  secrets: SecretRing
  clock: Clock
  logger: Logger
}) {
  const { config, database, secrets, clock, logger } = parts
  const { audiences, accessTtlSeconds, tokenSecrets } = config
  const metrics = new Metrics()
  const audit = createAudit({ database, secrets, clock })
  const events = createEvents({ logger, audit, counter: metrics })
  const base = { database, clock, events }

  const hasher = createPasswordHasher()
  const accounts = createAccounts({ ...base, hasher })
  const roles = createRoles({ database, clock })
  const revocations = createRevocations({ database, clock })
  const ends = createEnds({ ...base, revocations })
  const accountChanges = createAccountChanges({ database, accounts, roles, ends, events })
  const sessions = createSessions({ ...base, accounts, ends, secrets, limits: config })
  const clients = createClients({ ...base, revocations, audiences })
  const clientTokens = createClientTokens({ ...base, revocations, audiences, accessTtlSeconds })
  const keyParts = { ...base, secrets, revocations, rules: config }
  const keys =
    tokenSecrets === null
      ? createStoredKeys(keyParts)
      : createSharedSecrets({ ...keyParts, tokenSecrets, logger })
  return {
    metrics,
    audit,
    events,
    hasher,
    accounts,
    roles,
    revocations,
    ends,
    accountChanges,
    sessions,
    clients,
    clientTokens,
    keys,
    keyChanges: keys.changes,
  }
}

// The accounts without an authority: what the command line works on.
import { existsSync } from 'node:fs'
import { pino } from 'pino'
import { type Accounts, createAccounts } from './accounts/accounts.ts'
import { createPasswordHasher } from './accounts/password-hasher.ts'
import { createAudit } from './audit/audit.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { openSecrets } from './config/open-secrets.ts'
import { openDatabase } from './db/open-database.ts'
import { StartError } from './errors.ts'
import { createEvents, type EventCounter } from './events.ts'

/** Nobody asks a command for its metrics. */
const UNCOUNTED: EventCounter = { countEvent: () => {}, countEntry: () => {} }

export interface OpenAccounts {
  readonly accounts: Accounts
  close(): Promise<void>
}

/**
 * The accounts of a config's database, for operators at the command line. Safe beside a running
 * authority, which sees every change at once. With `missing: 'create'` a database that is not there
 * is made, with its secret, as the first start of an authority would.
 * @throws StartError
 */
export async function openAccounts(
  config: Config,
  options: { missing: 'create' | 'refuse' },
): Promise<OpenAccounts> {
  const { database: address } = config
  if (address.kind === 'sqlite' && !existsSync(address.path)) {
    if (options.missing === 'refuse') {
      throw new StartError([
        `there is no database at ${address.path}: start the authority once, or name the right one with SIGNET_DATABASE_URL`,
      ])
    }
  }
  const secrets = openSecrets(config)
  const database = await openDatabase(address)
  const hasher = createPasswordHasher()
  const clock = systemClock
  const audit = createAudit({ database, secrets, clock })
  const events = createEvents({ logger: pino({ level: 'silent' }), audit, counter: UNCOUNTED })
  return {
    accounts: createAccounts({ database, hasher, clock, events }),
    close: () => database.close(),
  }
}

// The accounts without an authority: what the command line works on.
import { existsSync } from 'node:fs'
import { type Accounts, createAccounts } from './accounts/accounts.ts'
import { createPasswordHasher } from './accounts/password-hasher.ts'
import { openDatabase } from './app.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { openSecretFile } from './config/secret-file.ts'
import { StartError } from './errors.ts'

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
  if (!existsSync(config.databasePath)) {
    if (options.missing === 'refuse') {
      throw new StartError([
        `there is no database at ${config.databasePath}: start the authority once, or name the right one with SIGNET_DATABASE_URL`,
      ])
    }
    if (config.secrets === null) openSecretFile(config.databasePath)
  }
  const database = await openDatabase(config)
  const hasher = createPasswordHasher()
  return {
    accounts: createAccounts({ database, hasher, clock: systemClock }),
    close: () => database.close(),
  }
}

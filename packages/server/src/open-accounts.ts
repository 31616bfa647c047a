import { type Accounts, createAccounts } from './accounts/accounts.ts'
import { createPasswordHasher } from './accounts/password-hasher.ts'
import { openDatabase } from './app.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'

export interface OpenAccounts {
  readonly accounts: Accounts
  close(): Promise<void>
}

/**
 * The accounts of a config's database, without an authority: for operators at the command line.
 * Safe beside a running authority, which sees every change at once. @throws StartError
 */
export async function openAccounts(config: Config): Promise<OpenAccounts> {
  const database = await openDatabase(config)
  const hasher = await createPasswordHasher()
  return {
    accounts: createAccounts({ database, hasher, clock: systemClock }),
    close: () => database.close(),
  }
}

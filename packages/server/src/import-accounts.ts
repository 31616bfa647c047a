// Accounts from elsewhere without an authority: what `signet user import` works on.

import { parseFirebaseParameters } from './accounts/firebase-parameters.ts'
import { importRows } from './accounts/import.ts'
import type { ImportCounts, ImportOptions } from './accounts/import-batches.ts'
import { rehearseRows } from './accounts/import-rehearsal.ts'
import { createAudit } from './audit/audit.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { openSecrets } from './config/open-secrets.ts'
import { isMissing, openCurrentDatabase, openDatabase } from './db/open-database.ts'

export interface AccountsImport extends Omit<ImportOptions, 'clock' | 'firebase'> {
  /** What Firebase's console shows, for rows with hashes of its. */
  readonly firebaseParameters?: string
}

/**
 * Puts accounts into the database of a config, making it, with its secret, where there is none. An
 * authority may be running on it, and knows each account at once. What was put in until a failure
 * stays, and the same lines again go on from there.
 * @throws AuthorityError `request_invalid` (the parameters); StartError, DatabaseError; what the source fails with
 */
export async function importAccounts(
  config: Config,
  options: AccountsImport,
): Promise<ImportCounts> {
  const complete = completed(options)
  const secrets = openSecrets(config)
  const database = await openDatabase(config.database)
  try {
    const audit = createAudit({ database, secrets, clock: systemClock })
    return await importRows({ database, audit }, complete)
  } finally {
    await database.close()
  }
}

/**
 * What {@link importAccounts} would do; writes nothing, and makes no database.
 * @throws AuthorityError `request_invalid` (the parameters); StartError for a database of another
 * version, DatabaseError; what the source fails with
 */
export async function rehearseImport(
  config: Config,
  options: AccountsImport,
): Promise<ImportCounts> {
  const complete = completed(options)
  if (isMissing(config.database)) return rehearseRows(null, complete)
  const database = await openCurrentDatabase(config.database)
  try {
    return await rehearseRows(database, complete)
  } finally {
    await database.close()
  }
}

function completed({ firebaseParameters, ...options }: AccountsImport): ImportOptions {
  const firebase =
    firebaseParameters === undefined ? null : parseFirebaseParameters(firebaseParameters)
  return { ...options, firebase, clock: systemClock }
}

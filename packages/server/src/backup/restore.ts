// Owns new beginnings: after a restore no session, no access token and no key from before works,
// and the keys of the past are in the revocation log for ever, so that verifiers know it too.
import { type Audit, createAudit } from '../audit/audit.ts'
import { operatorEntry } from '../audit/audit-entry.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { openSecrets } from '../config/open-secrets.ts'
import type { Database } from '../db/database.ts'
import { MIGRATIONS, type Migration, migrate, planMigrations } from '../db/migrate.ts'
import { connectDatabase, openCurrentDatabase } from '../db/open-database.ts'
import { createRevocations } from '../revocation/revocations.ts'
import { BackupError } from './backup-error.ts'
import { readBackupFile } from './backup-file.ts'
import { type BackupContents, type BackupHeader, noRows, type RowCounts } from './backup-format.ts'
import { deleteKeys, deleteSessions, insertRows, isUnused } from './backup-store.ts'
import { decodeBackup } from './decode-backup.ts'
import { checkNobodyServes } from './running-authority.ts'

export interface RestoreOptions {
  /** Called now and then with what is done. */
  readonly onProgress?: (counts: RowCounts) => void
  readonly clock?: Clock
}

/**
 * Puts the accounts, roles and clients of a backup into a database without any, making it, with its secret,
 * where there is none. The whole file is read and found right before anything is opened; then it
 * is all put in or nothing.
 * @throws BackupError; StartError; DatabaseError
 */
export async function restoreBackup(
  config: Config,
  { path, clock = systemClock, onProgress }: RestoreOptions & { path: string },
): Promise<BackupContents> {
  await checkNobodyServes(config.issuer)
  const found = await readBackupFile(path, (file) => decodeBackup(file, async () => {}))
  checkVersion(found.header)
  const secrets = openSecrets(config)
  const database = await connectDatabase(config.database)
  try {
    return await restoreInto(database, {
      path,
      schemaVersion: found.header.schemaVersion,
      migrations: MIGRATIONS,
      audit: createAudit({ database, secrets, clock }),
      clock,
      formerKeys: sharedKeysOf(config),
      ...(onProgress === undefined ? {} : { onProgress }),
    })
  } finally {
    await database.close()
  }
}

export interface Reset {
  readonly sessionsEnded: number
  readonly keysReplaced: number
}

/**
 * For a database that was put back by other means: ends every session and takes away every signing
 * key, so that the next start makes new ones. All of it or nothing.
 * @throws BackupError `authority_running`; StartError; DatabaseError
 */
export async function resetDatabase(
  config: Config,
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<Reset> {
  await checkNobodyServes(config.issuer)
  const database = await openCurrentDatabase(config.database)
  try {
    const audit = createAudit({ database, secrets: openSecrets(config), clock })
    return await database.transaction(async (tx) => {
      const reset = await beginAnew(tx, { clock, formerKeys: sharedKeysOf(config) })
      await audit.append(tx, [operatorEntry('database_reset', { ...reset })])
      return reset
    })
  } finally {
    await database.close()
  }
}

/**
 * The rows of a backup go into the tables of their own version, which are then brought to the
 * newest of `migrations`; in one transaction.
 * @throws BackupError `target_used`, and what a file that changed meanwhile leads to
 */
export async function restoreInto(
  database: Database,
  {
    path,
    schemaVersion,
    migrations,
    audit,
    clock,
    formerKeys: sharedKeys,
    onProgress,
  }: RestoreOptions & {
    path: string
    schemaVersion: number
    migrations: readonly Migration[]
    audit: Audit
    clock: Clock
    /** Of keys that are neither in the backup nor in the database. */
    formerKeys: readonly string[]
  },
): Promise<BackupContents> {
  return database.transaction(async (tx) => {
    await prepareTarget(tx, { schemaVersion, migrations, clock })
    const counts = noRows()
    const formerKeys = [...sharedKeys]
    const contents = await readBackupFile(path, (file) =>
      decodeBackup(file, async ({ table, rows }) => {
        if (table === 'keys') formerKeys.push(...rows.map(({ kid }) => String(kid)))
        else await insertRows(tx, { table, rows })
        counts[table] += rows.length
        onProgress?.(counts)
      }),
    )
    await migrate(tx, { clock, migrations })
    await beginAnew(tx, { clock, formerKeys })
    const { accounts, roles } = counts
    const detail = { accounts, roles, backupCreatedAt: contents.header.createdAt }
    await audit.append(tx, [operatorEntry('database_restored', detail)])
    return contents
  })
}

/** Empty tables of the version that the backup is of. */
async function prepareTarget(
  tx: Database,
  target: { schemaVersion: number; migrations: readonly Migration[]; clock: Clock },
): Promise<void> {
  const { schemaVersion, migrations, clock } = target
  const { from } = await planMigrations(tx, migrations)
  // Keeps other restores away until the end, also where there is nothing to migrate.
  await migrate(tx, { clock, migrations: migrations.slice(0, Math.max(from, schemaVersion)) })
  const another = 'name one that is not there yet with SIGNET_DATABASE_URL, or an empty one'
  if (!(await isUnused(tx))) {
    throw new BackupError(
      'target_used',
      `the database has accounts, roles or clients already: ${another}`,
    )
  }
  if (from > schemaVersion) {
    throw new BackupError(
      'target_used',
      `the database has version ${from} already and the backup ${schemaVersion}: ${another}`,
    )
  }
}

/** With HS256 the secrets of the settings signed: they are over as well, and the next start asks for others. */
function sharedKeysOf({ tokenSecrets }: Config): string[] {
  return tokenSecrets?.keys().flatMap(({ kid }) => kid ?? []) ?? []
}

/** As many entries are recorded by one statement at most. */
const RECORD_BATCH = 500

/** On the newest schema; only the audit log comes after it. The next start makes keys. */
async function beginAnew(
  tx: Database,
  { clock, formerKeys }: { clock: Clock; formerKeys: readonly string[] },
): Promise<Reset> {
  const sessionsEnded = await deleteSessions(tx)
  const own = await deleteKeys(tx)
  const entries = [...new Set([...formerKeys, ...own])].map((id) => ({
    kind: 'key' as const,
    id,
    expiresAt: null,
  }))
  const revocations = createRevocations({ database: tx, clock })
  await revocations.open()
  for (let from = 0; from < entries.length; from += RECORD_BATCH) {
    await revocations.record(tx, entries.slice(from, from + RECORD_BATCH))
  }
  return { sessionsEnded, keysReplaced: own.length }
}

function checkVersion({ schemaVersion }: BackupHeader): void {
  if (schemaVersion <= MIGRATIONS.length) return
  throw new BackupError(
    'backup_newer',
    `the backup is of version ${schemaVersion}, this program knows versions up to ${MIGRATIONS.length}: restore it with the Signet that made it`,
  )
}

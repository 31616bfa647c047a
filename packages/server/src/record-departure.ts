import { createAudit } from './audit/audit.ts'
import { type AuditType, operatorEntry } from './audit/audit-entry.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { openSecrets } from './config/open-secrets.ts'
import type { Database } from './db/database.ts'
import { DatabaseError } from './db/errors.ts'

/**
 * Writes into the audit log that an operator is about to take data out, before any leaves. A database
 * that cannot be written, on a full disk for instance, must still be saved: `onUnrecorded` is told.
 * @throws StartError where the master secret is missing
 */
export async function recordDeparture(
  database: Database,
  details: {
    type: Extract<AuditType, 'backup_started' | 'export_started'>
    config: Config
    clock: Clock
    onUnrecorded: ((reason: string) => void) | undefined
  },
): Promise<void> {
  const { type, config, clock, onUnrecorded } = details
  const audit = createAudit({ database, secrets: openSecrets(config), clock })
  try {
    await database.transaction((tx) => audit.append(tx, [operatorEntry(type, null)]))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    onUnrecorded?.(error.message)
  }
}

import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import {
  countAuditSecrets,
  countKeySecrets,
  countSessionSecrets,
  type SecretCounts,
} from './secret-uses-store.ts'

export interface SecretUse {
  /** Sessions that can still go on. */
  readonly sessions: number
  /** Signing keys that are published. */
  readonly keys: number
  readonly auditEntries: number
}

export interface SecretFacts {
  /** In the order of the list, the current one first. */
  readonly listed: readonly SecretUse[]
  /** Of all secrets that are not listed. */
  readonly unlisted: SecretUse
}

/** Which master secrets rows hang on, as of `now` (epoch seconds). @throws DatabaseError */
export async function findSecretUses(
  database: Database,
  { secrets, now }: { secrets: SecretRing; now: number },
): Promise<SecretFacts> {
  const [sessions, keys, audit] = await Promise.all([
    countSessionSecrets(database, now),
    countKeySecrets(database),
    countAuditSecrets(database),
  ])
  const countUnlisted = (counts: SecretCounts) => {
    let sum = 0
    for (const [id, count] of counts) if (secrets.find(id) === null) sum += count
    return sum
  }
  return {
    listed: secrets.all.map(({ id }) => ({
      sessions: sessions.get(id) ?? 0,
      keys: keys.get(id) ?? 0,
      auditEntries: audit.get(id) ?? 0,
    })),
    unlisted: {
      sessions: countUnlisted(sessions),
      keys: countUnlisted(keys),
      auditEntries: countUnlisted(audit),
    },
  }
}

import type { Clock } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import type { AuditedEvents } from '../events.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { createKeyChanges } from './key-changes.ts'
import type { KeyRules } from './key-plan.ts'
import { Keyring } from './keyring.ts'
import { readKeySet } from './open-keys.ts'
import type { TokenKeys } from './signing-keys.ts'

/** Key pairs in the database, which change by themselves. */
export function createStoredKeys(parts: {
  database: Database
  secrets: SecretRing
  revocations: Revocations
  rules: KeyRules
  clock: Clock
  events: AuditedEvents
}): TokenKeys {
  const changes = createKeyChanges(parts)
  return {
    changes,
    open: () => Keyring.open({ ...parts, changes }),
    read: () => readKeySet(parts.database, parts.secrets),
  }
}

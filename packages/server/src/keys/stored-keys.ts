import { createKeyChanges, type KeyChangesParts } from './key-changes.ts'
import { Keyring } from './keyring.ts'
import { readKeySet } from './open-keys.ts'
import type { TokenKeys } from './signing-keys.ts'

/** Key pairs in the database, which change by themselves. */
export function createStoredKeys(parts: KeyChangesParts): TokenKeys {
  const changes = createKeyChanges(parts)
  return {
    changes,
    open: () => Keyring.open({ ...parts, changes }),
    read: () => readKeySet(parts.database, parts.secrets),
  }
}

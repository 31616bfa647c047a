import {
  type Algorithm,
  createKeySet,
  importJwk,
  type Key,
  type KeySet,
  publicKey,
} from '@signet/token'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { StartError } from '../errors.ts'
import { listSealedKeys, type SealedKey, setKey } from './key-store.ts'
import { openSealedKey, sealKey } from './sealed-key.ts'

/**
 * A key out of the database: with its private half for as long as it may sign.
 * @throws StartError when it cannot be opened with the configured secrets: a key that cannot be
 * opened is never silently replaced
 */
export function openKey(row: SealedKey, secrets: SecretRing): Key {
  return importJwk(openJwk(row, secrets), {
    algorithm: row.algorithm as Algorithm,
    kid: row.kid,
  })
}

/**
 * What verifies tokens as of now, for whoever looks at the database once and follows nothing.
 * @throws StartError as {@link openKey}
 */
export async function readKeySet(database: Database, secrets: SecretRing): Promise<KeySet> {
  const rows = await listSealedKeys(database)
  return createKeySet(rows.map((row) => publicKey(openKey(row, secrets))))
}

/**
 * Moves all keys under the current master secret, so that the one before it can be taken away.
 * @throws StartError
 */
export async function resealKeys(database: Database, secrets: SecretRing): Promise<void> {
  const { current } = secrets
  for (const row of await listSealedKeys(database)) {
    if (row.secretId === current.id) continue
    const sealed = sealKey(current, row.kid, openJwk(row, secrets))
    await setKey(database, row.kid, { sealed_jwk: sealed, secret_id: current.id })
  }
}

function openJwk({ kid, sealed, secretId }: SealedKey, secrets: SecretRing): object {
  const secret = secrets.find(secretId)
  if (secret === null) {
    throw new StartError([
      `the signing key ${kid} was sealed under another master secret: put the one this database was made with into SIGNET_SECRET (behind a new one, separated by a comma, if it is to be replaced)`,
    ])
  }
  const jwk = openSealedKey(secret, kid, sealed)
  if (jwk === null) {
    throw new StartError([
      `the signing key ${kid} in the database is damaged or was swapped: restore the database from a backup`,
    ])
  }
  return jwk as object
}

// Owns the signing keys: that there is always one active and one published next key, sealed in the
// database and open only in memory. Signs nothing itself; tokens/issuer.ts asks for the active key.
import {
  type Algorithm,
  createKeySet,
  exportJwk,
  exportPrivateJwk,
  generateKey,
  importJwk,
  type Key,
  type KeySet,
  publicKey,
} from '@signet/token'
import { type Clock, epochSeconds } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { StartError } from '../errors.ts'
import {
  insertKey,
  listKeys,
  resealKey,
  retireOtherAlgorithms,
  type SigningKeyRow,
} from './key-store.ts'
import { openSealedKey, sealKey } from './sealed-key.ts'

export interface Keyring {
  /** The key that signs now. */
  readonly active: Key
  /** What verifiers get: active, next and retiring public keys. */
  readonly published: PublishedKeys
}

export interface PublishedKeys {
  readonly keySet: KeySet
  /** The key set as JSON text. @see RFC 7517, section 5 */
  readonly json: string
}

/**
 * Opens the keys of the database, making active and next for `algorithm` where they are missing.
 * Several processes may do this at once and end up with the same keys.
 * @throws StartError when a key cannot be opened with the configured secrets: a key that cannot be
 * opened is never silently replaced
 */
export async function openKeyring(parts: {
  database: Database
  secrets: SecretRing
  algorithm: Algorithm
  clock: Clock
}): Promise<Keyring> {
  const { database, secrets, algorithm } = parts
  // Made before the transaction: an RSA key takes long, and everybody waits for a transaction.
  const existing = await listKeys(database)
  const spare = hasBoth(existing, algorithm)
    ? []
    : await Promise.all([generateKey(algorithm), generateKey(algorithm)])
  const rows = spare.length === 0 ? existing : await fillIn(parts, spare)

  const opened = rows.map((row) => openKey(row, secrets))
  await resealOld(database, secrets, opened)
  const active = opened.find(({ row }) => row.algorithm === algorithm && row.state === 'active')
  if (active === undefined) throw new Error('the keyring has no active key after it was filled in')
  const publicKeys = opened.map(({ key }) => publicKey(key))
  return {
    active: active.key,
    published: {
      keySet: createKeySet(publicKeys),
      json: JSON.stringify({ keys: publicKeys.map(exportJwk) }),
    },
  }
}

function hasBoth(rows: readonly SigningKeyRow[], algorithm: Algorithm): boolean {
  const states = rows.filter((row) => row.algorithm === algorithm).map((row) => row.state)
  return states.includes('active') && states.includes('next')
}

/** Adds what is missing, judged again inside the transaction: another process may have been faster. */
async function fillIn(
  parts: { database: Database; secrets: SecretRing; algorithm: Algorithm; clock: Clock },
  spare: readonly Key[],
): Promise<SigningKeyRow[]> {
  const { database, secrets, algorithm, clock } = parts
  const now = epochSeconds(clock)
  return database.transaction(async (tx) => {
    const existing = (await listKeys(tx)).filter((row) => row.algorithm === algorithm)
    await retireOtherAlgorithms(tx, { algorithm, now })
    const missing = (['active', 'next'] as const).filter(
      (state) => !existing.some((row) => row.state === state),
    )
    for (const [index, state] of missing.entries()) {
      const key = spare[index]
      if (key?.kid === undefined) throw new Error('a generated key has no kid')
      await insertKey(tx, {
        kid: key.kid,
        algorithm,
        state,
        sealed_jwk: sealKey(secrets.current, key.kid, exportPrivateJwk(key)),
        secret_id: secrets.current.id,
        created_at: now,
        activated_at: state === 'active' ? now : null,
        retired_at: null,
      })
    }
    return listKeys(tx)
  })
}

interface OpenKey {
  readonly row: SigningKeyRow
  readonly key: Key
}

/** Moves all keys under the current master secret, so that the one before it can be taken away. */
async function resealOld(
  database: Database,
  { current }: SecretRing,
  opened: readonly OpenKey[],
): Promise<void> {
  for (const { row, key } of opened) {
    if (row.secret_id === current.id) continue
    const sealed = sealKey(current, row.kid, exportPrivateJwk(key))
    await resealKey(database, { kid: row.kid, sealed, secretId: current.id })
  }
}

function openKey(row: SigningKeyRow, secrets: SecretRing): OpenKey {
  const secret = secrets.find(row.secret_id)
  if (secret === null) {
    throw new StartError([
      `the signing key ${row.kid} was sealed under another master secret: put the one this database was made with into SIGNET_SECRET (behind a new one, separated by a comma, if it is to be replaced)`,
    ])
  }
  const jwk = openSealedKey(secret, row.kid, row.sealed_jwk)
  if (jwk === null) {
    throw new StartError([
      `the signing key ${row.kid} in the database is damaged or was swapped: restore the database from a backup`,
    ])
  }
  return { row, key: importJwk(jwk, { algorithm: row.algorithm as Algorithm, kid: row.kid }) }
}

import type { Database } from '../db/database.ts'
import type { SigningKeyRow } from '../db/schema/schema.ts'

export type { SigningKeyRow }

/** All keys, oldest first. */
export async function listKeys(db: Database): Promise<SigningKeyRow[]> {
  return db.query
    .selectFrom('signing_keys')
    .selectAll()
    .orderBy('created_at')
    .orderBy('kid')
    .execute()
}

/** Leaves a key be that another process inserted for the same place meanwhile. */
export async function insertKey(db: Database, row: SigningKeyRow): Promise<void> {
  await db.query
    .insertInto('signing_keys')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Puts a key under another master secret; what it is and does stays as it was. By primary key. */
export async function resealKey(
  db: Database,
  change: { kid: string; sealed: Uint8Array; secretId: number },
): Promise<void> {
  await db.query
    .updateTable('signing_keys')
    .set({ sealed_jwk: change.sealed, secret_id: change.secretId })
    .where('kid', '=', change.kid)
    .execute()
}

/** Keys of other algorithms sign no more; they stay published for the tokens they signed. */
export async function retireOtherAlgorithms(
  db: Database,
  change: { algorithm: string; now: number },
): Promise<void> {
  await db.query
    .updateTable('signing_keys')
    .set({ state: 'retiring', retired_at: change.now })
    .where('algorithm', '!=', change.algorithm)
    .where('state', '!=', 'retiring')
    .execute()
}

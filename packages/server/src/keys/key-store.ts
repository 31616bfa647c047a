import type { Algorithm } from '@signet/token'
import type { Database } from '../db/database.ts'
import { sql } from '../db/query-builder.ts'
import type { SigningKeyRow } from '../db/schema/schema.ts'
import type { KeyFacts, KeyState } from './key-plan.ts'

/** Any number, as long as every version of this program takes the same. */
const LOCK = 7_369_677

/** Until the end of the transaction nobody else changes keys, nor adds one. */
export async function lockKeys(tx: Database): Promise<void> {
  // On SQLite a transaction is alone anyway.
  if (tx.kind === 'postgres') await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx.query)
}

/** All keys without what they are made of, oldest first. */
export async function listKeyFacts(db: Database): Promise<KeyFacts[]> {
  const rows = await db.query
    .selectFrom('signing_keys')
    .select([
      'kid',
      'algorithm',
      'state',
      'created_at',
      'announced_at',
      'activated_at',
      'retired_at',
      'revoked_at',
      'due_at',
      'announce_seconds',
      'token_seconds',
    ])
    .orderBy('created_at')
    .orderBy('kid')
    .execute()
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm as Algorithm,
    state: row.state,
    createdAt: row.created_at,
    announcedAt: row.announced_at,
    activatedAt: row.activated_at,
    retiredAt: row.retired_at,
    revokedAt: row.revoked_at,
    dueAt: row.due_at,
    announceSeconds: row.announce_seconds,
    tokenSeconds: row.token_seconds,
  }))
}

/** What a key is made of, sealed. */
export interface SealedKey {
  readonly kid: string
  readonly algorithm: string
  readonly sealed: Uint8Array
  readonly secretId: number
}

/** Of all keys that are published. */
export async function listSealedKeys(db: Database): Promise<SealedKey[]> {
  const rows = await db.query
    .selectFrom('signing_keys')
    .select(['kid', 'algorithm', 'sealed_jwk', 'secret_id'])
    .where('state', '!=', 'revoked')
    .orderBy('created_at')
    .orderBy('kid')
    .execute()
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm,
    sealed: row.sealed_jwk,
    secretId: row.secret_id,
  }))
}

export interface NewKey {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly state: KeyState
  readonly sealed: Uint8Array
  readonly secretId: number
  readonly createdAt: number
  readonly activatedAt: number | null
  readonly announceSeconds: number
  readonly tokenSeconds: number
}

/** Fails where a key of that id, or another in that state, is there. */
export async function insertKey(tx: Database, key: NewKey): Promise<void> {
  await tx.query
    .insertInto('signing_keys')
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      state: key.state,
      sealed_jwk: key.sealed,
      secret_id: key.secretId,
      created_at: key.createdAt,
      announced_at: null,
      activated_at: key.activatedAt,
      retired_at: null,
      revoked_at: null,
      due_at: null,
      announce_seconds: key.announceSeconds,
      token_seconds: key.tokenSeconds,
    })
    .execute()
}

type Change = Partial<
  Pick<
    SigningKeyRow,
    | 'state'
    | 'sealed_jwk'
    | 'secret_id'
    | 'announced_at'
    | 'activated_at'
    | 'retired_at'
    | 'revoked_at'
    | 'due_at'
    | 'announce_seconds'
    | 'token_seconds'
  >
>

/** By primary key. */
export async function setKey(tx: Database, kid: string, change: Change): Promise<void> {
  await tx.query.updateTable('signing_keys').set(change).where('kid', '=', kid).execute()
}

/** By primary key. */
export async function deleteKey(tx: Database, kid: string): Promise<void> {
  await tx.query.deleteFrom('signing_keys').where('kid', '=', kid).execute()
}

import { createHash } from 'node:crypto'
import type { Database } from '../db/database.ts'
import { findHashFrom } from './account-store.ts'

/**
 * The hash that a login to an address without an account is held against, in vain: that of some
 * account, always of the same one. Hashes from other systems take longer or shorter than ours, so
 * with one hash for all of these a login would show by its time that an imported account is there.
 * Null: there is no account at all.
 */
export async function findDecoyHash(db: Database, email: string): Promise<string | null> {
  // Ids are random, so the next one is anybody's.
  const place = createHash('sha256').update(`signet:decoy:${email}`).digest().subarray(0, 16)
  const next = await findHashFrom(db, `acc_${place.toString('base64url')}`)
  return next ?? findHashFrom(db, '')
}

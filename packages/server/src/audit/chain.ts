// How audit rows hang together. Pure. The hash makes every row depend on all before it; the seal
// needs the master secret, so that somebody who can write the database cannot compute a new chain.
import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { MasterSecret, SecretRing } from '../config/secrets.ts'
import type { AuditEntry, AuditRow, ChainPoint } from './audit-entry.ts'

/** What the first row hangs on. */
export const CHAIN_START: ChainPoint = { sequence: 0, hash: new Uint8Array(32) }

/** The row that follows `before`. */
export function linkEntry(
  before: ChainPoint,
  entry: AuditEntry & { at: number },
  secret: MasterSecret,
): AuditRow {
  const sequence = before.sequence + 1
  const hash = hashOf(before.hash, { ...entry, sequence })
  return { ...entry, sequence, hash, seal: sealOf(secret, hash), secretId: secret.id }
}

/** What is wrong with one row, in the chain that it stands in. */
export interface ChainFault {
  readonly sequence: number
  readonly fault: /** Its content, or the hash it hangs on, is not what was written. */
    | 'changed'
    | 'missing'
    /** The chain was computed anew by somebody without the master secret. */
    | 'resealed'
    /** Its master secret is not configured any more: the hashes hold, the seal cannot be judged. */
    | 'secret_unknown'
    /** Rows at the end are gone, or the note of where the end is was changed. */
    | 'cut'
    /** What is there began later than it must have: everything was taken out, notes and all. */
    | 'emptied'
}

/** Judges a row by the one that stands before it. */
export function judgeRow(
  before: ChainPoint,
  row: AuditRow,
  secrets: SecretRing,
): ChainFault | null {
  const fault = (kind: ChainFault['fault'], sequence = row.sequence) => ({ sequence, fault: kind })
  if (row.sequence !== before.sequence + 1) return fault('missing', before.sequence + 1)
  if (!isSame(row.hash, hashOf(before.hash, row))) return fault('changed')
  const secret = secrets.find(row.secretId)
  if (secret === null) return fault('secret_unknown')
  return isSame(row.seal, sealOf(secret, row.hash)) ? null : fault('resealed')
}

/** Ties a point of the chain to a purpose, so that a note of it cannot be written without the secret. */
export function sealPoint(
  secret: MasterSecret,
  purpose: 'head' | 'base',
  point: ChainPoint,
): Buffer {
  return createHmac('sha256', keyOf(secret))
    .update(`${purpose} ${point.sequence} `)
    .update(point.hash)
    .digest()
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

function sealOf(secret: MasterSecret, hash: Uint8Array): Buffer {
  return createHmac('sha256', keyOf(secret)).update(hash).digest()
}

function keyOf(secret: MasterSecret): KeyObject {
  return secret.keyFor('signet/audit')
}

/** Over a JSON array in a fixed order: one spelling for one row. */
function hashOf(before: Uint8Array, row: AuditEntry & { sequence: number; at: number }): Buffer {
  const { sequence, at, type, result, actor, accountId, sessionId, address, detail } = row
  const content = [sequence, at, type, result, actor, accountId, sessionId, address, detail]
  return createHash('sha256').update(before).update(JSON.stringify(content)).digest()
}

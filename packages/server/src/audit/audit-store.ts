import type { Selectable } from 'kysely'
import type { Database } from '../db/database.ts'
import { createFixedQuery } from '../db/fixed-query.ts'
import type { AuditRowColumns } from '../db/schema/schema.ts'
import type { AuditDetail, AuditRow, AuditType, ChainPoint } from './audit-entry.ts'

/** A point of the chain with the seal that ties it to the master secret. */
export interface SealedPoint extends ChainPoint {
  readonly seal: Uint8Array
  readonly secretId: number
}

type PointName = 'head' | 'base'

/**
 * The end of the chain, held until the transaction ends: of several writers one goes after the
 * other. Null before the first entry.
 */
export async function holdHead(tx: Database): Promise<SealedPoint | null> {
  const query = tx.query.selectFrom('audit_points').selectAll().where('name', '=', 'head')
  const row = await tx.locking(query, 'update').executeTakeFirst()
  return row === undefined ? null : toPoint(row)
}

export async function findPoint(db: Database, name: PointName): Promise<SealedPoint | null> {
  const row = await db.query
    .selectFrom('audit_points')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst()
  return row === undefined ? null : toPoint(row)
}

/** Makes the point if it is not there yet and leaves it alone if it is, whoever else does the same. */
export async function insertPoint(
  tx: Database,
  name: PointName,
  point: SealedPoint,
): Promise<void> {
  await tx.query
    .insertInto('audit_points')
    .values({ name, ...pointColumns(point) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
}

const updatePoint = createFixedQuery<ReturnType<typeof pointColumns> & { name: PointName }, never>(
  (query, value, values) =>
    query
      .updateTable('audit_points')
      .set(values('sequence', 'hash', 'seal', 'secret_id'))
      .where('name', '=', value('name')),
)

export async function setPoint(tx: Database, name: PointName, point: SealedPoint): Promise<void> {
  await updatePoint(tx, { name, ...pointColumns(point) })
}

const insertRow = createFixedQuery<AuditRowColumns, never>((query, _value, values) =>
  query
    .insertInto('audit')
    .values(
      values(
        'sequence',
        'at',
        'type',
        'result',
        'actor',
        'account_id',
        'session_id',
        'address',
        'detail',
        'hash',
        'seal',
        'secret_id',
      ),
    ),
)

/** Parameters of one statement are limited: twelve a row. */
const INSERT_BATCH = 200

export async function insertRows(tx: Database, rows: readonly AuditRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += INSERT_BATCH) {
    const batch = rows.slice(start, start + INSERT_BATCH).map(toColumns)
    const [first] = batch
    if (first !== undefined && batch.length === 1) await insertRow(tx, first)
    else await tx.query.insertInto('audit').values(batch).execute()
  }
}

/** Rows behind `after` in their order, by primary key; of one account by `audit_account`. */
export async function listRows(
  db: Database,
  page: { after: number; limit: number; accountId?: string | undefined },
): Promise<AuditRow[]> {
  let query = db.query.selectFrom('audit').selectAll().where('sequence', '>', page.after)
  if (page.accountId !== undefined) query = query.where('account_id', '=', page.accountId)
  const rows = await query.orderBy('sequence').limit(page.limit).execute()
  return rows.map(toRow)
}

/** The newest rows, in their order; of one account by `audit_account`. */
export async function listLastRows(
  db: Database,
  page: { count: number; accountId?: string | undefined },
): Promise<AuditRow[]> {
  let query = db.query.selectFrom('audit').selectAll()
  if (page.accountId !== undefined) query = query.where('account_id', '=', page.accountId)
  const rows = await query.orderBy('sequence', 'desc').limit(page.count).execute()
  return rows.reverse().map(toRow)
}

/** The newest row that is older than `before` with all rows in front of it, of at most `limit`. */
export async function findLastBefore(
  db: Database,
  question: { before: number; after: number; limit: number },
): Promise<ChainPoint | null> {
  const rows = await db.query
    .selectFrom('audit')
    .select(['sequence', 'hash', 'at'])
    .where('sequence', '>', question.after)
    .orderBy('sequence')
    .limit(question.limit)
    .execute()
  const young = rows.findIndex(({ at }) => at >= question.before)
  const last = rows.at(young === -1 ? rows.length - 1 : young - 1)
  return young === 0 || last === undefined ? null : { sequence: last.sequence, hash: last.hash }
}

export async function deleteRowsUpTo(tx: Database, sequence: number): Promise<void> {
  await tx.query.deleteFrom('audit').where('sequence', '<=', sequence).execute()
}

function toColumns(row: AuditRow): AuditRowColumns {
  return {
    sequence: row.sequence,
    at: row.at,
    type: row.type,
    result: row.result,
    actor: row.actor,
    account_id: row.accountId,
    session_id: row.sessionId,
    address: row.address,
    detail: row.detail === null ? null : JSON.stringify(row.detail),
    hash: row.hash,
    seal: row.seal,
    secret_id: row.secretId,
  }
}

function pointColumns({ sequence, hash, seal, secretId }: SealedPoint) {
  return { sequence, hash, seal, secret_id: secretId }
}

function toPoint(row: {
  sequence: number
  hash: Uint8Array
  seal: Uint8Array
  secret_id: number
}): SealedPoint {
  return { sequence: row.sequence, hash: row.hash, seal: row.seal, secretId: row.secret_id }
}

function toRow(row: Selectable<AuditRowColumns>): AuditRow {
  return {
    sequence: row.sequence,
    at: row.at,
    type: row.type as AuditType,
    result: row.result,
    actor: row.actor,
    accountId: row.account_id,
    sessionId: row.session_id,
    address: row.address,
    detail: row.detail === null ? null : (JSON.parse(row.detail) as AuditDetail),
    hash: row.hash,
    seal: row.seal,
    secretId: row.secret_id,
  }
}

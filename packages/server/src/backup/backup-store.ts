// Rows of every domain as they stand in their tables: a backup carries them and understands none.
import type { Database } from '../db/database.ts'
import { sql } from '../db/query-builder.ts'
import type { BackupTable, Row, RowBatch } from './backup-format.ts'

/** Read page by page in the order of their primary keys. */
const PRIMARY_KEYS = {
  roles: ['name'],
  accounts: ['id'],
  account_roles: ['account_id', 'role'],
  clients: ['id'],
} as const satisfies Record<Exclude<BackupTable, 'keys'>, readonly string[]>

type PagedTable = keyof typeof PRIMARY_KEYS

const PAGE = 1_000

/** All that goes into a backup. On a snapshot: otherwise the pages are not of one moment. */
export async function* listBackupRows(snapshot: Database): AsyncGenerator<RowBatch> {
  yield* listTable(snapshot, 'roles')
  yield* listTable(snapshot, 'accounts')
  yield* listTable(snapshot, 'account_roles')
  yield* listTable(snapshot, 'clients')
  yield { table: 'keys', rows: await listKeyIds(snapshot) }
}

/** By primary key. */
async function* listTable(db: Database, table: PagedTable): AsyncGenerator<RowBatch> {
  const key: readonly string[] = PRIMARY_KEYS[table]
  const columns = sql.join(key.map((column) => sql.ref(column)))
  let after = sql`true`
  for (;;) {
    const { rows } = await sql<Row>`
      select * from ${sql.table(table)} where ${after} order by ${columns} limit ${sql.lit(PAGE)}
    `.execute(db.query)
    if (rows.length > 0) yield { table, rows }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = sql`(${columns}) > (${sql.join(key.map((column) => last[column]))})`
  }
}

/** Of every key that signs, may sign or was ever revoked. */
async function listKeyIds(db: Database): Promise<Row[]> {
  const keys = db.query.selectFrom('signing_keys').select('kid')
  const revoked = db.query
    .selectFrom('revocations')
    .select('subject_id as kid')
    .where('kind', '=', 'key')
  return keys.union(revoked).orderBy('kid').execute()
}

/** Fails when a row is there already. */
export async function insertRows(
  tx: Database,
  { table, rows }: { table: PagedTable; rows: readonly Row[] },
): Promise<void> {
  // Rows of the version that the schema has now, which the types of the newest cannot describe.
  await tx.query
    .insertInto(table)
    .values(rows as never)
    .execute()
}

/** Whether nobody has put anything into it that a backup would bring. */
export async function isUnused(db: Database): Promise<boolean> {
  // Its version may be an earlier one, with fewer tables.
  const there = (await db.query.introspection.getTables()).map(({ name }) => name)
  for (const table of Object.keys(PRIMARY_KEYS).filter((name) => there.includes(name))) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db.query)
    if (rows.length > 0) return false
  }
  return true
}

/** Answers how many. */
export async function deleteSessions(tx: Database): Promise<number> {
  const { numDeletedRows } = await tx.query.deleteFrom('sessions').executeTakeFirst()
  return Number(numDeletedRows)
}

/** Answers their ids. */
export async function deleteKeys(tx: Database): Promise<string[]> {
  const rows = await tx.query.deleteFrom('signing_keys').returning('kid').execute()
  return rows.map(({ kid }) => kid)
}

import type { Selectable } from 'kysely'
import type { CreationPlace } from '../creation-place.ts'
import { behindPlace } from '../db/creation-order.ts'
import type { Database } from '../db/database.ts'
import { createFixedQuery } from '../db/fixed-query.ts'
import type { ClientRow } from '../db/schema/schema.ts'
import type { Client, ClientRight, ClientTerms } from './client.ts'

/** A client with what is kept of its secrets. */
export interface StoredClient {
  readonly client: Client
  readonly hashes: { readonly current: string; readonly former: string | null }
}

export type NewClient = Pick<Client, 'id' | 'createdAt'> & ClientTerms & { secretHash: string }

export async function insertClient(tx: Database, client: NewClient): Promise<void> {
  await tx.query
    .insertInto('clients')
    .values({
      id: client.id,
      ...termColumns(client),
      secret_hash: client.secretHash,
      former_secret_hash: null,
      secret_changed_at: client.createdAt,
      revoked_before: null,
      disabled_at: null,
      created_at: client.createdAt,
    })
    .execute()
}

const selectById = createFixedQuery<{ id: string }, Selectable<ClientRow>>((query, value) =>
  query.selectFrom('clients').selectAll().where('id', '=', value('id')),
)

/** By primary key. */
export async function findClient(db: Database, id: string): Promise<StoredClient | null> {
  const [row] = await selectById(db, { id })
  return row === undefined ? null : toStored(row)
}

/** The same, and until the end of the transaction nobody else changes it. */
export async function holdClient(tx: Database, id: string): Promise<StoredClient | null> {
  const query = tx.query.selectFrom('clients').selectAll().where('id', '=', id)
  const row = await tx.locking(query, 'update').executeTakeFirst()
  return row === undefined ? null : toStored(row)
}

/** A page in the order of creation, oldest first. */
export async function listClients(
  db: Database,
  page: { after: CreationPlace | null; limit: number },
): Promise<Client[]> {
  const { after } = page
  let query = db.query.selectFrom('clients').selectAll()
  if (after !== null) query = query.where(behindPlace(after))
  const rows = await query.orderBy('created_at').orderBy('id').limit(page.limit).execute()
  return rows.map((row) => toStored(row).client)
}

export async function setTerms(tx: Database, id: string, terms: ClientTerms): Promise<void> {
  await update(tx, id, termColumns(terms))
}

/** Disables, or enables with null. */
export async function setDisabledAt(
  tx: Database,
  id: string,
  disabledAt: number | null,
): Promise<void> {
  await update(tx, id, { disabled_at: disabledAt })
}

export async function setSecrets(
  tx: Database,
  id: string,
  secrets: { current: string; former: string | null; changedAt: number },
): Promise<void> {
  await update(tx, id, {
    secret_hash: secrets.current,
    former_secret_hash: secrets.former,
    secret_changed_at: secrets.changedAt,
  })
}

export async function setRevokedBefore(tx: Database, id: string, before: number): Promise<void> {
  await update(tx, id, { revoked_before: before })
}

export async function deleteClient(tx: Database, id: string): Promise<void> {
  await tx.query.deleteFrom('clients').where('id', '=', id).execute()
}

async function update(
  tx: Database,
  id: string,
  columns: Partial<Omit<Selectable<ClientRow>, 'id' | 'created_at'>>,
): Promise<void> {
  await tx.query.updateTable('clients').set(columns).where('id', '=', id).execute()
}

function termColumns({ name, scopes, audiences, rights }: ClientTerms) {
  return {
    name,
    scopes: scopes.join(' '),
    audiences: audiences.join(' '),
    rights: rights.join(' '),
  }
}

function toStored(row: Selectable<ClientRow>): StoredClient {
  return {
    client: {
      id: row.id,
      name: row.name,
      scopes: toList(row.scopes),
      audiences: toList(row.audiences),
      rights: toList(row.rights) as ClientRight[],
      secretChangedAt: row.secret_changed_at,
      hasFormerSecret: row.former_secret_hash !== null,
      revokedBefore: row.revoked_before,
      disabledAt: row.disabled_at,
      createdAt: row.created_at,
    },
    hashes: { current: row.secret_hash, former: row.former_secret_hash },
  }
}

function toList(text: string): string[] {
  return text === '' ? [] : text.split(' ')
}

import type { Selectable } from 'kysely'
import type { CreationPlace } from '../creation-place.ts'
import { behindPlace } from '../db/creation-order.ts'
import type { Database } from '../db/database.ts'
import { createFixedQuery } from '../db/fixed-query.ts'
import type { AccountRow } from '../db/schema/schema.ts'
import type { Account } from './account.ts'
import {
  type AccountRoleRow,
  type RoleNames,
  toAccount,
  toAccountWithRoles,
  toRoles,
} from './account-row.ts'

export type NewAccount = Pick<Account, 'id' | 'email' | 'name' | 'createdAt'> & {
  passwordHash: string
}

/** False when the address is taken, whoever else inserts it at the same moment. */
export async function insertAccount(db: Database, account: NewAccount): Promise<boolean> {
  const inserted = await db.query
    .insertInto('accounts')
    .values({
      id: account.id,
      email: account.email,
      email_verified: 0,
      name: account.name,
      password_hash: account.passwordHash,
      disabled_at: null,
      created_at: account.createdAt,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** Gives roles, making those that do not exist yet (without scopes). Answers which it made. */
export async function addRoles(
  db: Database,
  grant: { accountId: string; roles: readonly string[]; now: number },
): Promise<string[]> {
  const made: string[] = []
  for (const role of grant.roles) {
    const created = await db.query
      .insertInto('roles')
      .values({ name: role, scopes: '', created_at: grant.now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('name')
      .executeTakeFirst()
    if (created !== undefined) made.push(role)
    await db.query
      .insertInto('account_roles')
      .values({ account_id: grant.accountId, role })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  return made
}

const selectByEmail = createFixedQuery<
  { email: string },
  Pick<Selectable<AccountRow>, 'id' | 'password_hash' | 'credentials_version' | 'disabled_at'>
>((query, value) =>
  query
    .selectFrom('accounts')
    .select(['id', 'password_hash', 'credentials_version', 'disabled_at'])
    .where('email', '=', value('email')),
)

/** By the unique index on `email`. */
export async function findPasswordByEmail(
  db: Database,
  email: string,
): Promise<{
  id: string
  passwordHash: string
  credentialsVersion: number
  isDisabled: boolean
} | null> {
  const [row] = await selectByEmail(db, { email })
  if (row === undefined) return null
  return {
    id: row.id,
    passwordHash: row.password_hash,
    credentialsVersion: row.credentials_version,
    isDisabled: row.disabled_at !== null,
  }
}

/** Of the account whose id comes next; null behind the last. By primary key. */
export async function findHashFrom(db: Database, id: string): Promise<string | null> {
  const row = await db.query
    .selectFrom('accounts')
    .select('password_hash')
    .where('id', '>=', id)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.password_hash ?? null
}

/** By primary key. */
export async function findPassword(
  db: Database,
  id: string,
): Promise<{ email: string; passwordHash: string; credentialsVersion: number } | null> {
  const row = await db.query
    .selectFrom('accounts')
    .select(['email', 'password_hash', 'credentials_version'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    email: row.email,
    passwordHash: row.password_hash,
    credentialsVersion: row.credentials_version,
  }
}

const selectWithRoles = createFixedQuery<{ id: string }, AccountRoleRow>((query, value) =>
  query
    .selectFrom('accounts')
    .leftJoin('account_roles', 'account_roles.account_id', 'accounts.id')
    .leftJoin('roles', 'roles.name', 'account_roles.role')
    .select([
      'accounts.id',
      'accounts.email',
      'accounts.email_verified',
      'accounts.name',
      'accounts.credentials_version',
      'accounts.disabled_at',
      'accounts.created_at',
      'roles.name as role',
      'roles.scopes',
    ])
    .where('accounts.id', '=', value('id')),
)

/** By primary key, with roles and scopes. */
export async function findAccount(db: Database, id: string): Promise<Account | null> {
  return toAccountWithRoles(await selectWithRoles(db, { id }))
}

/**
 * The same, and until the end of the transaction nobody changes the account (`share`), or nobody
 * holds it in any way (`update`). Its roles only change while somebody holds it to `update`.
 */
export async function holdAccount(
  tx: Database,
  id: string,
  mode: 'share' | 'update',
): Promise<Account | null> {
  const query = tx.query.selectFrom('accounts').selectAll().where('id', '=', id)
  const row = await tx.locking(query, mode).executeTakeFirst()
  return row === undefined ? null : toAccount(row, await findRoles(tx, id))
}

/**
 * False when the account's credentials are not those of `credentialsVersion` any more, or it was
 * disabled: of several callers that read one version, one gets through.
 */
export async function updatePassword(
  tx: Database,
  change: { accountId: string; credentialsVersion: number; passwordHash: string },
): Promise<boolean> {
  const row = await tx.query
    .updateTable('accounts')
    .set({
      password_hash: change.passwordHash,
      credentials_version: change.credentialsVersion + 1,
    })
    .where('id', '=', change.accountId)
    .where('credentials_version', '=', change.credentialsVersion)
    .where('disabled_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Another hash of the same password. Does nothing when the hash is not `from` any more: whoever
 * changed the password meanwhile has the last word.
 */
export async function replaceHash(
  db: Database,
  change: { accountId: string; from: string; to: string },
): Promise<void> {
  await db.query
    .updateTable('accounts')
    .set({ password_hash: change.to })
    .where('id', '=', change.accountId)
    .where('password_hash', '=', change.from)
    .execute()
}

/** Disables, or enables with null; raises the credentials' version. False when there is none. */
export async function setDisabledAt(
  tx: Database,
  change: { accountId: string; disabledAt: number | null },
): Promise<boolean> {
  const row = await tx.query
    .updateTable('accounts')
    .set((eb) => ({
      disabled_at: change.disabledAt,
      credentials_version: eb('credentials_version', '+', 1),
    }))
    .where('id', '=', change.accountId)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** By primary key. Those that the account does not have are passed over. */
export async function removeRoles(
  tx: Database,
  take: { accountId: string; roles: readonly string[] },
): Promise<void> {
  if (take.roles.length === 0) return
  await tx.query
    .deleteFrom('account_roles')
    .where('account_id', '=', take.accountId)
    .where('role', 'in', take.roles)
    .execute()
}

/** A page in the order of creation, oldest first. */
export async function listAccounts(
  db: Database,
  page: {
    limit: number
    after: CreationPlace | null
    email?: string | undefined
  },
): Promise<Account[]> {
  const { after, email } = page
  let query = db.query.selectFrom('accounts').selectAll()
  if (email !== undefined) query = query.where('email', '=', email)
  if (after !== null) query = query.where(behindPlace(after))
  const rows = await query.orderBy('created_at').orderBy('id').limit(page.limit).execute()
  const accounts: Account[] = []
  for (const row of rows) accounts.push(toAccount(row, await findRoles(db, row.id)))
  return accounts
}

const selectRoles = createFixedQuery<{ id: string }, { name: string; scopes: string }>(
  (query, value) =>
    query
      .selectFrom('account_roles')
      .innerJoin('roles', 'roles.name', 'account_roles.role')
      .select(['roles.name', 'roles.scopes'])
      .where('account_roles.account_id', '=', value('id')),
)

async function findRoles(db: Database, accountId: string): Promise<RoleNames> {
  return toRoles(await selectRoles(db, { id: accountId }))
}

// Accounts many at a time, with the hashes of their passwords: for import and export alone.
import type { Selectable } from 'kysely'
import type { Database } from '../db/database.ts'
import type { AccountRow } from '../db/schema/schema.ts'
import type { PortableAccount } from './portable-account.ts'

/**
 * Answers the ids of those that were put in: not where the address or the id is taken, whoever else
 * inserts it at the same moment. Their roles are not put in.
 */
export async function insertAccounts(
  tx: Database,
  { accounts, now }: { accounts: readonly PortableAccount[]; now: number },
): Promise<string[]> {
  if (accounts.length === 0) return []
  const inserted = await tx.query
    .insertInto('accounts')
    .values(
      accounts.map((account) => ({
        id: account.id,
        email: account.email,
        email_verified: account.isEmailVerified ? (1 as const) : (0 as const),
        name: account.name,
        password_hash: account.passwordHash,
        disabled_at: account.isDisabled ? now : null,
        created_at: account.createdAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  return inserted.map(({ id }) => id)
}

/** Gives accounts without roles theirs, making those that do not exist. Answers which it made. */
export async function insertRolesOf(
  tx: Database,
  { accounts, now }: { accounts: readonly PortableAccount[]; now: number },
): Promise<string[]> {
  const names = [...new Set(accounts.flatMap(({ roles }) => roles))].sort()
  if (names.length === 0) return []
  const made = await tx.query
    .insertInto('roles')
    .values(names.map((name) => ({ name, scopes: '', created_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('name')
    .execute()
  await tx.query
    .insertInto('account_roles')
    .values(accounts.flatMap(({ id, roles }) => roles.map((role) => ({ account_id: id, role }))))
    .execute()
  return made.map(({ name }) => name)
}

/** By the unique index on `email` and the primary key. */
export async function findAccountsLike(
  db: Database,
  { emails, ids }: { emails: readonly string[]; ids: readonly string[] },
): Promise<PortableAccount[]> {
  const rows = await db.query
    .selectFrom('accounts')
    .selectAll()
    .where((eb) =>
      eb.or([
        ...(emails.length === 0 ? [] : [eb('email', 'in', emails)]),
        ...(ids.length === 0 ? [] : [eb('id', 'in', ids)]),
      ]),
    )
    .execute()
  return withRoles(db, rows)
}

/** In the order of ids, by primary key. */
export async function listPortable(
  db: Database,
  { after, limit }: { after: string; limit: number },
): Promise<PortableAccount[]> {
  const rows = await db.query
    .selectFrom('accounts')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return withRoles(db, rows)
}

/** Which of these do not exist. */
export async function listMissingRoles(db: Database, names: readonly string[]): Promise<string[]> {
  const rows = await db.query.selectFrom('roles').select('name').execute()
  const known = new Set(rows.map(({ name }) => name))
  return names.filter((name) => !known.has(name))
}

async function withRoles(
  db: Database,
  rows: readonly Selectable<AccountRow>[],
): Promise<PortableAccount[]> {
  const roles = new Map<string, string[]>(rows.map(({ id }) => [id, []]))
  if (rows.length > 0) {
    const given = await db.query
      .selectFrom('account_roles')
      .selectAll()
      .where('account_id', 'in', [...roles.keys()])
      .execute()
    for (const { account_id, role } of given) roles.get(account_id)?.push(role)
  }
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    isEmailVerified: row.email_verified === 1,
    name: row.name,
    roles: (roles.get(row.id) ?? []).sort(),
    isDisabled: row.disabled_at !== null,
    createdAt: row.created_at,
    passwordHash: row.password_hash,
  }))
}

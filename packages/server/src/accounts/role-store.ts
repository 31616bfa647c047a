import type { Database } from '../db/database.ts'

export interface Role {
  readonly name: string
  /** Sorted. */
  readonly scopes: readonly string[]
  readonly createdAt: number
}

/** All of them, by name: an operator makes them by hand, so they are few. */
export async function listRoles(db: Database): Promise<Role[]> {
  const rows = await db.query.selectFrom('roles').selectAll().orderBy('name').execute()
  return rows.map((row) => ({
    name: row.name,
    scopes: row.scopes === '' ? [] : row.scopes.split(' '),
    createdAt: row.created_at,
  }))
}

/** Makes the role or gives it other scopes; false when it had exactly these. By primary key. */
export async function setRole(
  tx: Database,
  role: { name: string; scopes: readonly string[]; now: number },
): Promise<boolean> {
  const scopes = role.scopes.join(' ')
  const row = await tx.query
    .insertInto('roles')
    .values({ name: role.name, scopes, created_at: role.now })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ scopes }).where('roles.scopes', '!=', scopes),
    )
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

/** False when there is no such role. Fails when an account still has it. */
export async function deleteRole(tx: Database, name: string): Promise<boolean> {
  const row = await tx.query
    .deleteFrom('roles')
    .where('name', '=', name)
    .returning('name')
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Whether anybody who has the role can log in, and until the transaction ends nobody else who asks
 * here gets an answer: of two that each take it from one account, the later sees what the first did.
 */
export async function holdIsRoleInUse(tx: Database, name: string): Promise<boolean> {
  const role = tx.query.selectFrom('roles').select('name').where('name', '=', name)
  await tx.locking(role, 'update').executeTakeFirst()
  const row = await tx.query
    .selectFrom('account_roles')
    .innerJoin('accounts', 'accounts.id', 'account_roles.account_id')
    .select('account_id')
    .where('account_roles.role', '=', name)
    .where('accounts.disabled_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** In id order, behind `after`; by `account_roles_role`. */
export async function listAccountIdsWithRole(
  db: Database,
  page: { role: string; after: string; limit: number },
): Promise<string[]> {
  const rows = await db.query
    .selectFrom('account_roles')
    .select('account_id')
    .where('role', '=', page.role)
    .where('account_id', '>', page.after)
    .orderBy('account_id')
    .limit(page.limit)
    .execute()
  return rows.map((row) => row.account_id)
}

// How rows become an account. Pure. A refresh reads the session and its account in one statement, so
// this is shared with the sessions' store.
import type { AccountRow } from '../db/schema/schema.ts'
import type { Account } from './account.ts'

export type AccountColumns = Omit<AccountRow, 'password_hash' | 'credentials_version'> & {
  credentials_version: number
}

/** One row for each role, or one without any. */
export type AccountRoleRow = AccountColumns & { role: string | null; scopes: string | null }

/** Both in the order of their letters, which databases see differently. */
export interface RoleNames {
  names: string[]
  scopes: string[]
}

/** Of all rows of one account; null of none. */
export function toAccountWithRoles(rows: readonly AccountRoleRow[]): Account | null {
  const [first] = rows
  return first === undefined ? null : toAccount(first, toRolesOfRows(rows))
}

export function toRolesOfRows(rows: readonly Pick<AccountRoleRow, 'role' | 'scopes'>[]): RoleNames {
  return toRoles(
    rows.flatMap(({ role, scopes }) =>
      role === null ? [] : [{ name: role, scopes: scopes ?? '' }],
    ),
  )
}

export function toRoles(rows: readonly { name: string; scopes: string }[]): RoleNames {
  const scopes = new Set(
    rows.flatMap((row) => row.scopes.split(' ').filter((scope) => scope !== '')),
  )
  return { names: rows.map((row) => row.name).sort(), scopes: [...scopes].sort() }
}

export function toAccount(row: AccountColumns, roles: RoleNames): Account {
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.email_verified === 1,
    name: row.name,
    roles: roles.names,
    scopes: roles.scopes,
    credentialsVersion: row.credentials_version,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
  }
}

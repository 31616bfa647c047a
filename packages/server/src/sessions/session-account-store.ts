// The one reading across domains: what a refresh is judged by, session and account of one moment.
import type { Account } from '../accounts/account.ts'
import { type AccountRoleRow, toAccount, toRolesOfRows } from '../accounts/account-row.ts'
import type { Database } from '../db/database.ts'
import { createFixedQuery } from '../db/fixed-query.ts'
import type { Session } from './session.ts'
import { SESSION_COLUMNS, type SessionColumns, toSession } from './session-store.ts'

/** The session's columns, the account's beside them; those of one name are the session's. */
type SessionAccountRow = SessionColumns &
  Omit<AccountRoleRow, 'id' | 'created_at'> & { account_created_at: number }

const selectWithAccount = createFixedQuery<{ id: string }, SessionAccountRow>((query, value) =>
  query
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .leftJoin('account_roles', 'account_roles.account_id', 'accounts.id')
    .leftJoin('roles', 'roles.name', 'account_roles.role')
    .select([
      ...SESSION_COLUMNS,
      'accounts.email',
      'accounts.email_verified',
      'accounts.name',
      'accounts.credentials_version',
      'accounts.disabled_at',
      'accounts.created_at as account_created_at',
      'roles.name as role',
      'roles.scopes',
    ])
    .where('sessions.id', '=', value('id')),
)

/** By primary key, with the account as it was at the same moment. */
export async function findSessionWithAccount(
  db: Database,
  id: string,
): Promise<{ session: Session; account: Account } | null> {
  const rows = await selectWithAccount(db, { id })
  const [row] = rows
  if (row === undefined) return null
  const account = toAccount(
    {
      id: row.account_id,
      email: row.email,
      email_verified: row.email_verified,
      name: row.name,
      credentials_version: row.credentials_version,
      disabled_at: row.disabled_at,
      created_at: row.account_created_at,
    },
    toRolesOfRows(rows),
  )
  return { session: toSession(row), account }
}

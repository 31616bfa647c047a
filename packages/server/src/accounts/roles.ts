// Owns what roles there are and which scopes each carries. Who has which: accounts.ts. What a change
// means for tokens that are out: sessions/account-changes.ts.
import { type Clock, epochSeconds } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError } from '../errors.ts'
import { parseScopes } from '../tokens/scopes.ts'
import { parseRoleName } from './role-name.ts'
import { deleteRole, listAccountIdsWithRole, listRoles, type Role, setRole } from './role-store.ts'

export type { Role }

export interface Roles {
  list(): Promise<Role[]>

  /**
   * Makes the role, or gives it other scopes; whether anything changed.
   * @throws AuthorityError `request_invalid`
   */
  set(tx: Database, role: { name: string; scopes: readonly string[] }): Promise<boolean>

  /** @throws AuthorityError `not_found`, `role_in_use` while an account has it */
  remove(tx: Database, name: string): Promise<void>

  /** The ids of all accounts that have it, read page by page. */
  accountsWith(name: string): AsyncGenerator<string>
}

const PAGE = 500

export function createRoles(parts: { database: Database; clock: Clock }): Roles {
  const { database, clock } = parts
  return {
    list: () => listRoles(database),

    set(tx, { name, scopes }) {
      const role = { name: parseRoleName(name), scopes: parseScopes(scopes) }
      return setRole(tx, { ...role, now: epochSeconds(clock) })
    },

    async remove(tx, name) {
      const [inUse] = await listAccountIdsWithRole(tx, { role: name, after: '', limit: 1 })
      if (inUse !== undefined) throw new AuthorityError('role_in_use')
      if (!(await deleteRole(tx, name))) throw new AuthorityError('not_found')
    },

    async *accountsWith(role) {
      for (let after = ''; ; ) {
        const page = await listAccountIdsWithRole(database, { role, after, limit: PAGE })
        yield* page
        const last = page.at(-1)
        if (last === undefined || page.length < PAGE) return
        after = last
      }
    },
  }
}

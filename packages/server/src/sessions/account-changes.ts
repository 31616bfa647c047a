// What changes of an account mean for its sessions. Each is one transaction that takes the account
// first, then its sessions, then the log, so that no login and no refresh slips through: a login
// holds the account while it opens its session, and a refresh rewrites the row of its own.

import type { Accounts, RoleChange } from '../accounts/accounts.ts'
import type { Roles } from '../accounts/roles.ts'
import type { AuditEntry, AuditType, Origin } from '../audit/audit-entry.ts'
import type { Database } from '../db/database.ts'
import type { AuditedEvents } from '../events.ts'
import type { Ends } from './ends.ts'
import type { EndReason } from './session.ts'

export interface AccountChanges {
  /**
   * Changes the password and ends every session but `sessionId`. Logins under way with the old
   * password fail.
   * @throws AuthorityError `password_wrong`, `password_unacceptable`, `overloaded`
   */
  changePassword(change: {
    accountId: string
    sessionId: string
    currentPassword: string
    newPassword: string
    by: Origin
    checkStillWanted: () => void
  }): Promise<void>

  /** Ends every session of the account but `except`; answers how many. */
  closeAll(end: {
    accountId: string
    except?: string | undefined
    reason: EndReason
    by: Origin
  }): Promise<number>

  /**
   * Ends every session; no login until it is enabled again.
   * @throws AuthorityError `not_found`, `last_admin` unless an operator asks
   */
  disable(accountId: string, by: Origin): Promise<void>

  /** @throws AuthorityError `not_found` */
  enable(accountId: string, by: Origin): Promise<void>

  /**
   * Gives and takes roles. When that changes anything, access tokens issued so far die; sessions
   * live on and get the new roles with their next refresh.
   * @throws AuthorityError `not_found`, `request_invalid` (a role's name), `last_admin` unless an
   * operator asks
   */
  changeRoles(accountId: string, change: RoleChange, by: Origin): Promise<void>

  /**
   * Makes a role, or gives it other scopes. Then the tokens of everybody who has it die, account by
   * account: who is interrupted in the middle does the same again.
   * @returns how many accounts that were
   * @throws AuthorityError `request_invalid`
   */
  setRole(role: { name: string; scopes: readonly string[] }, by: Origin): Promise<number>

  /** @throws AuthorityError `not_found`, `role_in_use` */
  removeRole(name: string, by: Origin): Promise<void>
}

export function createAccountChanges(parts: {
  database: Database
  accounts: Accounts
  roles: Roles
  ends: Ends
  events: AuditedEvents
}): AccountChanges {
  const { database, accounts, roles: allRoles, ends, events } = parts

  return {
    async changePassword({ sessionId, by, ...request }) {
      const { accountId } = request
      const change = await accounts.preparePassword({ ...request, by })
      await database.transaction(async (tx) => {
        await accounts.applyPassword(tx, change)
        await ends.closeAllOf(tx, { accountId, except: sessionId, reason: 'password_change', by })
        await events.record(tx, [entryFor('password_changed', accountId, by)])
      })
    },

    closeAll: (end) =>
      database.transaction(async (tx) => {
        await accounts.hold(tx, end.accountId)
        return ends.closeAllOf(tx, end)
      }),

    disable: (accountId, by) =>
      database.transaction(async (tx) => {
        await accounts.disable(tx, accountId, by)
        await ends.closeAllOf(tx, { accountId, reason: 'account_disabled', by })
        await events.record(tx, [entryFor('account_disabled', accountId, by)])
      }),

    enable: (accountId, by) =>
      database.transaction(async (tx) => {
        await accounts.enable(tx, accountId)
        await events.record(tx, [entryFor('account_enabled', accountId, by)])
      }),

    changeRoles: (accountId, change, by) =>
      database.transaction(async (tx) => {
        const roles = await accounts.changeRoles(tx, accountId, change, by)
        if (roles === null) return
        await ends.killTokensOf(tx, accountId)
        const detail = { roles: roles.join(' ') }
        await events.record(tx, [{ ...entryFor('account_roles_changed', accountId, by), detail }])
      }),

    async setRole({ name, scopes }, by) {
      await database.transaction(async (tx) => {
        if (!(await allRoles.set(tx, { name, scopes }))) return
        const detail = { role: name, scopes: scopes.join(' ') }
        await events.record(tx, [{ ...entryFor('role_changed', null, by), detail }])
      })
      let count = 0
      for await (const accountId of allRoles.accountsWith(name)) {
        await database.transaction(async (tx) => {
          await accounts.hold(tx, accountId)
          await ends.killTokensOf(tx, accountId)
        })
        count += 1
      }
      return count
    },

    removeRole: (name, by) =>
      database.transaction(async (tx) => {
        await allRoles.remove(tx, name)
        const detail = { role: name, removed: true }
        await events.record(tx, [{ ...entryFor('role_changed', null, by), detail }])
      }),
  }
}

function entryFor(type: AuditType, accountId: string | null, by: Origin): AuditEntry {
  return { type, result: 'done', ...by, accountId, sessionId: null, detail: null }
}

// What changes of an account mean for its sessions. Each is one transaction that takes the account
// first, then its sessions, then the log, so that no login and no refresh slips through: a login
// holds the account while it opens its session, and a refresh rewrites the row of its own.
import type { Accounts, RoleChange } from '../accounts/accounts.ts'
import type { Database } from '../db/database.ts'
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
    checkStillWanted: () => void
  }): Promise<void>

  /** Ends every session of the account but `except`; answers how many. */
  closeAll(end: {
    accountId: string
    except?: string | undefined
    reason: EndReason
  }): Promise<number>

  /** Ends every session; no login until it is enabled again. @throws AuthorityError `not_found` */
  disable(accountId: string): Promise<void>

  /** @throws AuthorityError `not_found` */
  enable(accountId: string): Promise<void>

  /**
   * Gives and takes roles. When that changes anything, access tokens issued so far die; sessions
   * live on and get the new roles with their next refresh.
   * @throws AuthorityError `not_found`, `request_invalid` (a role's name)
   */
  changeRoles(accountId: string, change: RoleChange): Promise<void>
}

export function createAccountChanges(parts: {
  database: Database
  accounts: Accounts
  ends: Ends
}): AccountChanges {
  const { database, accounts, ends } = parts
  return {
    async changePassword({ sessionId, ...request }) {
      const change = await accounts.preparePassword(request)
      const { accountId } = request
      await database.transaction(async (tx) => {
        await accounts.applyPassword(tx, change)
        await ends.closeAllOf(tx, { accountId, except: sessionId, reason: 'password_change' })
      })
    },

    closeAll: (end) =>
      database.transaction(async (tx) => {
        await accounts.hold(tx, end.accountId)
        return ends.closeAllOf(tx, end)
      }),

    disable: (accountId) =>
      database.transaction(async (tx) => {
        await accounts.disable(tx, accountId)
        await ends.closeAllOf(tx, { accountId, reason: 'account_disabled' })
      }),

    enable: (accountId) => database.transaction((tx) => accounts.enable(tx, accountId)),

    changeRoles: (accountId, change) =>
      database.transaction(async (tx) => {
        if (await accounts.changeRoles(tx, accountId, change)) {
          await ends.killTokensOf(tx, accountId)
        }
      }),
  }
}

import { CommandError } from '../failure.ts'
import { printable } from '../output/messages.ts'
import type { AccountAnswer } from './account-lines.ts'
import type { CallAdmin } from './run-admin.ts'

/** By id (`acc_…`) or e-mail address. @throws CommandError when there is none */
export async function getAccount(call: CallAdmin, who: string): Promise<AccountAnswer> {
  if (who.startsWith('acc_')) return call({ path: `/admin/accounts/${encodeURIComponent(who)}` })
  const query = new URLSearchParams({ email: who })
  const { accounts } = await call<{ accounts: AccountAnswer[] }>({
    path: `/admin/accounts?${query}`,
  })
  const [account] = accounts
  if (account === undefined) throw new CommandError(`there is no account ${printable(who)}`)
  return account
}

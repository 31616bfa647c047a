import type { Account } from '@signet/server'

/** An account as `--json` prints it. */
export function accountJson(account: Account): string {
  const { id, email, name, roles, emailVerified, disabledAt, createdAt } = account
  return `${JSON.stringify({ id, email, name, roles, emailVerified, disabledAt, createdAt })}\n`
}

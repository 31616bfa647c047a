// Owns accounts that leave: every account as one row of the format that import reads.
import type { Database } from '../db/database.ts'
import { listPortable } from './bulk-store.ts'
import { NO_PASSWORD } from './hashes/no-password.ts'
import type { PortableAccount } from './portable-account.ts'

const PAGE = 1_000

/** All accounts in the order of their ids, with the hashes of their passwords; pages of lines. */
export async function* listAccountRows(
  snapshot: Database,
): AsyncGenerator<{ text: string; count: number }> {
  let after = ''
  for (;;) {
    const accounts = await listPortable(snapshot, { after, limit: PAGE })
    if (accounts.length > 0) {
      yield { text: accounts.map(formatRow).join(''), count: accounts.length }
    }
    const last = accounts.at(-1)
    if (last === undefined || accounts.length < PAGE) return
    after = last.id
  }
}

function formatRow(account: PortableAccount): string {
  const { id, email, name, isEmailVerified, roles, isDisabled, createdAt, passwordHash } = account
  const row = {
    id,
    email,
    ...(name === null ? {} : { name }),
    emailVerified: isEmailVerified,
    roles,
    disabled: isDisabled,
    createdAt,
    ...(passwordHash === NO_PASSWORD ? {} : { passwordHash }),
  }
  return `${JSON.stringify(row)}\n`
}

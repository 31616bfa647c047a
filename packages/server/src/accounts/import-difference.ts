import type { ImportRow } from './import-row.ts'
import { isOwnHash } from './own-hash.ts'
import type { PortableAccount } from './portable-account.ts'

/**
 * The members of a row that are not those of the account under its address. What the row leaves to
 * us is never among them, and neither is a foreign hash in the place of which there is one of ours:
 * the person has logged in since it was imported, or had a password here before.
 */
export function findDifferences(row: ImportRow, account: PortableAccount): string[] {
  const wasReplaced = isOwnHash(account.passwordHash) && !isOwnHash(row.passwordHash)
  const isSame: Record<string, boolean> = {
    id: row.id === null || row.id === account.id,
    name: row.name === account.name,
    emailVerified: row.isEmailVerified === account.isEmailVerified,
    roles: row.roles.join() === account.roles.join(),
    disabled: row.isDisabled === account.isDisabled,
    createdAt: row.createdAt === null || row.createdAt === account.createdAt,
    passwordHash: row.passwordHash === account.passwordHash || wasReplaced,
  }
  return Object.keys(isSame).filter((member) => !isSame[member])
}

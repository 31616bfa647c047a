import type { ImportRow } from './import-row.ts'
import { isOwnHash } from './own-hash.ts'
import type { PortableAccount } from './portable-account.ts'
import { RowRefusal } from './row-refusal.ts'

/** What becomes of a row that will do by itself. */
export type Fate = 'imported' | 'existing' | RowRefusal

export interface NumberedRow {
  readonly line: number
  readonly row: ImportRow
}

export interface Settled {
  readonly fates: ReadonlyMap<NumberedRow, Fate>
  readonly rolesMade: readonly string[]
}

/** Of a row under whose address there is an account, which stays as it is. */
export function fateBeside(row: ImportRow, account: PortableAccount): Fate {
  const differences = findDifferences(row, account)
  return differences.length === 0 ? 'existing' : differs(differences.join(', '))
}

export function differs(how: string): RowRefusal {
  return new RowRefusal(
    'account_differs',
    `an account with this address is there already and is left as it is; it differs in: ${how}`,
  )
}

export function idTaken(): RowRefusal {
  return new RowRefusal(
    'id_taken',
    'an account with this id is there already, under another address',
  )
}

/**
 * The members of a row that are not those of the account under its address. What the row leaves to
 * us is never among them, and neither is a foreign hash in the place of which there is one of ours:
 * the person has logged in since it was imported, or had a password here before.
 */
function findDifferences(row: ImportRow, account: PortableAccount): string[] {
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

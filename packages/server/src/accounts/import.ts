// Owns accounts that come from elsewhere, many at a time. Hashes nothing, and changes no account that
// is there. Speaks to its own store, and says what it did.
import type { Audit } from '../audit/audit.ts'
import { type AuditEntry, operatorEntry } from '../audit/audit-entry.ts'
import type { Database } from '../db/database.ts'
import { createAccountId } from './account.ts'
import { findAccountsLike, insertAccounts, insertRolesOf } from './bulk-store.ts'
import { type ImportCounts, type ImportOptions, settleRows } from './import-batches.ts'
import { type Fate, fateBeside, idTaken, type NumberedRow, type Settled } from './import-fate.ts'
import type { ImportRow } from './import-row.ts'
import type { PortableAccount } from './portable-account.ts'
import { ADMIN_ROLE } from './role-name.ts'

/**
 * Puts in every row that will do, and says so in the audit log once for each transaction. Rows that
 * were put in before, by a run that was killed for instance, are found to be there. Accounts under
 * the same address are never touched.
 * @throws DatabaseError; what the source fails with. What was put in until then stays.
 */
export async function importRows(
  { database, audit }: { database: Database; audit: Audit },
  options: ImportOptions,
): Promise<ImportCounts> {
  return settleRows(options, (rows, now) =>
    database.transaction(async (tx) => {
      const settled = await putIn(tx, { rows, now })
      const imported = rows.filter((row) => settled.fates.get(row) === 'imported')
      if (imported.length > 0) await audit.append(tx, [entryFor(imported)])
      return settled
    }),
  )
}

function entryFor(imported: readonly NumberedRow[]): AuditEntry {
  const isAdmin = ({ row }: NumberedRow) => row.roles.includes(ADMIN_ROLE)
  const admins = imported.filter(isAdmin).length
  const detail = { accounts: imported.length, ...(admins === 0 ? {} : { admins }) }
  return operatorEntry('accounts_imported', detail)
}

/** Of rows that are about one address or one id the first is settled before the next. */
async function putIn(
  tx: Database,
  { rows, now }: { rows: readonly NumberedRow[]; now: number },
): Promise<Settled> {
  const taken = new Set<string>()
  const later: NumberedRow[] = []
  const distinct = rows.filter((numbered) => {
    const { email, id } = numbered.row
    const names = id === null ? [email] : [email, id]
    if (names.some((name) => taken.has(name))) {
      later.push(numbered)
      return false
    }
    for (const name of names) taken.add(name)
    return true
  })
  const settled = await putInDistinct(tx, { rows: distinct, now })
  if (later.length === 0) return settled
  const rest = await putIn(tx, { rows: later, now })
  return {
    fates: new Map([...settled.fates, ...rest.fates]),
    rolesMade: [...settled.rolesMade, ...rest.rolesMade],
  }
}

async function putInDistinct(
  tx: Database,
  { rows, now }: { rows: readonly NumberedRow[]; now: number },
): Promise<Settled> {
  const wanted = rows.map((numbered) => ({ numbered, account: completed(numbered.row, now) }))
  // In the order of addresses: two imports at once then wait for one another, but never both.
  const accounts = wanted.map(({ account }) => account).sort(byEmail)
  const inserted = new Set(await insertAccounts(tx, { accounts, now }))
  const fresh = accounts.filter(({ id }) => inserted.has(id))
  const rolesMade = await insertRolesOf(tx, { accounts: fresh, now })
  const others = wanted.filter(({ account }) => !inserted.has(account.id))
  const found = await findByEmail(
    tx,
    others.map(({ account }) => account.email),
  )
  const fates = new Map<NumberedRow, Fate>()
  for (const { numbered, account } of wanted) {
    const other = found.get(account.email)
    if (inserted.has(account.id)) fates.set(numbered, 'imported')
    else fates.set(numbered, other === undefined ? idTaken() : fateBeside(numbered.row, other))
  }
  return { fates, rolesMade }
}

function completed({ id, createdAt, ...row }: ImportRow, now: number): PortableAccount {
  return { ...row, id: id ?? createAccountId(), createdAt: createdAt ?? now }
}

function byEmail(one: PortableAccount, other: PortableAccount): number {
  return one.email < other.email ? -1 : one.email > other.email ? 1 : 0
}

async function findByEmail(
  tx: Database,
  emails: readonly string[],
): Promise<Map<string, PortableAccount>> {
  if (emails.length === 0) return new Map()
  const found = await findAccountsLike(tx, { emails, ids: [] })
  return new Map(found.map((account) => [account.email, account]))
}

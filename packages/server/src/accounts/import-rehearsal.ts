import { createHash } from 'node:crypto'
import type { Database } from '../db/database.ts'
import { findAccountsLike, listMissingRoles } from './bulk-store.ts'
import { type ImportCounts, type ImportOptions, settleRows } from './import-batches.ts'
import {
  differs,
  type Fate,
  fateBeside,
  idTaken,
  type NumberedRow,
  type Settled,
} from './import-fate.ts'
import type { ImportRow } from './import-row.ts'

/**
 * What an import would do with the same lines; writes nothing. Remembers every address of the
 * source, about 300 bytes each, but not its row: the second of two rows with one address counts as
 * different also where it only leaves out what the first says. Without a database nothing is there
 * yet.
 */
export async function rehearseRows(
  database: Database | null,
  options: ImportOptions,
): Promise<ImportCounts> {
  const rehearse = createRehearsal(database)
  const counts = await settleRows(options, rehearse)
  const rolesMade =
    database === null ? counts.rolesMade : await listMissingRoles(database, counts.rolesMade)
  return { ...counts, rolesMade }
}

function createRehearsal(database: Database | null) {
  const contents = new Map<string, string>()
  const ids = new Set<string>()

  const fateOfNew = (row: ImportRow): Fate => {
    const content = createHash('sha256').update(JSON.stringify(row)).digest('base64url')
    const before = contents.get(row.email)
    if (before === content) return 'existing'
    if (before !== undefined) return differs('another row of this file')
    if (row.id !== null && ids.has(row.id)) return idTaken()
    contents.set(row.email, content)
    if (row.id !== null) ids.add(row.id)
    return 'imported'
  }

  return async (rows: readonly NumberedRow[]): Promise<Settled> => {
    const found =
      database === null
        ? []
        : await findAccountsLike(database, {
            emails: rows.map(({ row }) => row.email),
            ids: rows.flatMap(({ row }) => row.id ?? []),
          })
    const byAddress = new Map(found.map((account) => [account.email, account]))
    const idsFound = new Set(found.map(({ id }) => id))
    const fates = new Map<NumberedRow, Fate>()
    const roles = new Set<string>()
    for (const numbered of rows) {
      const { row } = numbered
      const account = byAddress.get(row.email)
      if (account !== undefined) fates.set(numbered, fateBeside(row, account))
      else if (row.id !== null && idsFound.has(row.id)) fates.set(numbered, idTaken())
      else {
        const fate = fateOfNew(row)
        fates.set(numbered, fate)
        if (fate === 'imported') for (const role of row.roles) roles.add(role)
      }
    }
    return { fates, rolesMade: [...roles].sort() }
  }
}

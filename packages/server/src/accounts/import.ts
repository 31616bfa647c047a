// Owns accounts that come from elsewhere, many at a time: row by row judged, batch by batch put in.
// Hashes nothing, and changes no account that is there. Speaks to its own store.
import { createHash } from 'node:crypto'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { createAccountId } from './account.ts'
import { findAccountsLike, insertAccounts, insertRolesOf, listMissingRoles } from './bulk-store.ts'
import type { FirebaseParameters } from './hashes/firebase-scrypt.ts'
import { findDifferences } from './import-difference.ts'
import { readLines } from './import-lines.ts'
import { type ImportRow, parseImportRow } from './import-row.ts'
import type { PortableAccount } from './portable-account.ts'
import { RowRefusal } from './row-refusal.ts'

/** So many rows are in one transaction: others wait for it some milliseconds, not seconds. */
const BATCH = 500

export interface ImportCounts {
  /** Lines with anything in them; the sum of all below. */
  rows: number
  imported: number
  /** There already, with what the row says. */
  existing: number
  /** There already with something else, and left alone. */
  skipped: number
  refused: number
  /** By name, those that did not exist. */
  rolesMade: string[]
}

export interface RefusedLine {
  readonly line: number
  readonly refusal: RowRefusal
}

export interface ImportOptions {
  readonly source: AsyncIterable<Uint8Array>
  readonly clock: Clock
  /** For rows with hashes of Firebase. */
  readonly firebase?: FirebaseParameters | null
  /** What becomes of a row whose address is there already with something else. */
  readonly differing?: 'refuse' | 'skip'
  /** Called in the order of lines, once the batch of the line is durable. */
  readonly onRefused?: (refused: RefusedLine) => void
  readonly onProgress?: (counts: Readonly<ImportCounts>) => void
}

/** What became of a row; a refusal where its account is there with something else. */
type Fate = 'imported' | 'existing' | RowRefusal

interface NumberedRow {
  readonly line: number
  readonly row: ImportRow
}

interface Settled {
  readonly fates: ReadonlyMap<NumberedRow, Fate>
  readonly rolesMade: readonly string[]
}

/**
 * Puts in every row that will do. Rows that were put in before, by a run that was killed for
 * instance, are found to be there. Accounts under the same address are never touched.
 * @throws DatabaseError; what the source fails with. What was put in until then stays.
 */
export async function importRows(
  database: Database,
  options: ImportOptions,
): Promise<ImportCounts> {
  return settleAll(options, (rows, now) => database.transaction((tx) => putIn(tx, { rows, now })))
}

/**
 * What {@link importRows} would do with the same lines; writes nothing. Remembers every address
 * of the source, about 200 bytes each. Without a database nothing is there yet.
 */
export async function rehearseRows(
  database: Database | null,
  options: ImportOptions,
): Promise<ImportCounts> {
  const rehearse = createRehearsal(database)
  const counts = await settleAll(options, rehearse)
  const rolesMade =
    database === null ? counts.rolesMade : await listMissingRoles(database, counts.rolesMade)
  return { ...counts, rolesMade }
}

async function settleAll(
  options: ImportOptions,
  settle: (rows: readonly NumberedRow[], now: number) => Promise<Settled>,
): Promise<ImportCounts> {
  const { source, clock, firebase = null, differing = 'refuse', onRefused, onProgress } = options
  const counts: ImportCounts = {
    rows: 0,
    imported: 0,
    existing: 0,
    skipped: 0,
    refused: 0,
    rolesMade: [],
  }
  const now = epochSeconds(clock)
  let rows: NumberedRow[] = []
  let refused: RefusedLine[] = []

  const finishBatch = async () => {
    const { fates, rolesMade } = await settle(rows, now)
    for (const [{ line }, fate] of fates) {
      if (!(fate instanceof RowRefusal)) counts[fate] += 1
      else if (fate.code === 'account_differs' && differing === 'skip') counts.skipped += 1
      else refused.push({ line, refusal: fate })
    }
    counts.rows += rows.length
    counts.refused += refused.length
    counts.rolesMade.push(...rolesMade.filter((role) => !counts.rolesMade.includes(role)))
    for (const one of refused.sort((a, b) => a.line - b.line)) onRefused?.(one)
    rows = []
    refused = []
    onProgress?.(counts)
  }

  for await (const { number, content } of readLines(source)) {
    try {
      if (content instanceof RowRefusal) throw content
      rows.push({ line: number, row: parseImportRow(content, { firebase, now }) })
    } catch (error) {
      if (!(error instanceof RowRefusal)) throw error
      refused.push({ line: number, refusal: error })
      counts.rows += 1
    }
    if (rows.length + refused.length === BATCH) await finishBatch()
  }
  await finishBatch()
  return counts
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
    const isIn = inserted.has(account.id)
    fates.set(numbered, isIn ? 'imported' : fateOf(numbered.row, found))
  }
  return { fates, rolesMade }
}

/** Of a row that could not be put in. */
function fateOf(row: ImportRow, found: ReadonlyMap<string, PortableAccount>): Fate {
  const account = found.get(row.email)
  return account === undefined ? idTaken() : compared(row, account)
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
      if (account !== undefined) fates.set(numbered, compared(row, account))
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

function compared(row: ImportRow, account: PortableAccount): Fate {
  const differences = findDifferences(row, account)
  return differences.length === 0 ? 'existing' : differs(differences.join(', '))
}

function differs(how: string): RowRefusal {
  return new RowRefusal(
    'account_differs',
    `an account with this address is there already and is left as it is; it differs in: ${how}`,
  )
}

function idTaken(): RowRefusal {
  return new RowRefusal(
    'id_taken',
    'an account with this id is there already, under another address',
  )
}

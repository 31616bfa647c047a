// What a backup looks like: gzip of lines of JSON, the same for every database.
//
//   {"format":"signet-backup","formatVersion":1,"schemaVersion":1,"createdAt":…,"issuer":"…"}
//   {"table":"accounts","row":{…}}                      a row as its table has it at that version
//   {"end":{"counts":{"accounts":1,…},"sha256":"…"}}    of all bytes before this line
/** In the order in which they can be inserted. `keys` is no table: the ids of all signing keys. */
export const BACKUP_TABLES = ['roles', 'accounts', 'account_roles', 'clients', 'keys'] as const

export type BackupTable = (typeof BACKUP_TABLES)[number]

export type Row = Readonly<Record<string, string | number | null>>

/** Rows of one table. */
export interface RowBatch {
  readonly table: BackupTable
  readonly rows: readonly Row[]
}

export type RowCounts = Record<BackupTable, number>

export interface BackupHeader {
  readonly schemaVersion: number
  /** Epoch seconds. */
  readonly createdAt: number
  readonly issuer: string
}

export const FORMAT = 'signet-backup'
export const FORMAT_VERSION = 1

/** What a backup said of itself at its beginning, and what was in it. */
export interface BackupContents {
  readonly header: BackupHeader
  readonly counts: RowCounts
}

export function noRows(): RowCounts {
  return { roles: 0, accounts: 0, account_roles: 0, clients: 0, keys: 0 }
}

// Reads a backup and believes nothing of it before it is whole.
import { createHash } from 'node:crypto'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BackupError } from './backup-error.ts'
import {
  BACKUP_TABLES,
  type BackupContents,
  type BackupHeader,
  type BackupTable,
  FORMAT,
  FORMAT_VERSION,
  noRows,
  type Row,
  type RowBatch,
  type RowCounts,
} from './backup-format.ts'

/** The longest row has a few kilobytes: what goes on longer without a line end is no backup. */
const MAX_LINE_BYTES = 1_048_576

/** As many rows of one table are handed on together at most. */
const BATCH = 500

/**
 * Reads a backup to its end. Rows are handed on before the end is known to be right: whoever acts
 * on them must be able to undo it.
 * @throws BackupError `not_a_backup`, `backup_newer`, `backup_damaged`; what `take` throws
 */
export async function decodeBackup(
  source: Readable,
  take: (batch: RowBatch) => Promise<void>,
): Promise<BackupContents> {
  const hash = createHash('sha256')
  const counts = noRows()
  let header: BackupHeader | null = null
  let hasEnded = false
  let table: BackupTable = BACKUP_TABLES[0]
  let rows: Row[] = []

  const handOn = async () => {
    if (rows.length > 0) await take({ table, rows })
    rows = []
  }

  for await (const line of splitLines(unpack(source))) {
    if (hasEnded) throw damaged('something follows its end')
    const value = parseLine(line)
    if (header === null) header = parseHeader(value)
    else if (value === null) throw damaged('a line of it cannot be read')
    else if (value['end'] !== undefined) {
      await handOn()
      checkEnd(value['end'], { counts, sha256: hash.digest('hex') })
      hasEnded = true
      continue
    } else {
      const parsed = parseRow(value)
      if (parsed.table !== table || rows.length === BATCH) await handOn()
      table = parsed.table
      rows.push(parsed.row)
      counts[table] += 1
    }
    hash.update(line).update('\n')
  }
  if (header === null) throw notABackup()
  if (!hasEnded) throw damaged('its end is missing')
  return { header, counts }
}

/** @throws BackupError; what the source fails with */
async function* unpack(source: Readable): AsyncGenerator<Buffer> {
  const gunzip = createGunzip()
  // A source that fails ends the other with its error, which the loop then throws.
  pipeline(source, gunzip, () => {})
  let isPacked = false
  try {
    for await (const chunk of gunzip) {
      isPacked = true
      yield chunk
    }
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    if (!code.startsWith('Z_')) throw error
    throw isPacked ? damaged('it cannot be unpacked to its end') : notABackup()
  }
}

/** Lines without their line end; what comes behind the last one is a line that was cut. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (let to = bytes.indexOf(10); to !== -1; to = bytes.indexOf(10, from)) {
      yield bytes.subarray(from, to)
      from = to + 1
    }
    rest = bytes.subarray(from)
    if (rest.length > MAX_LINE_BYTES) throw notABackup()
  }
  if (rest.length > 0) yield rest
}

type Line = Readonly<Record<string, unknown>>

/** Null for anything but one JSON object. */
function parseLine(line: Buffer): Line | null {
  try {
    return asObject(JSON.parse(line.toString('utf8')))
  } catch {
    // The parser's words quote the text, which may be a password hash or no text at all.
    return null
  }
}

function parseHeader(value: Line | null): BackupHeader {
  if (value?.['format'] !== FORMAT) throw notABackup()
  const { formatVersion, schemaVersion, createdAt, issuer } = value
  if (!isCount(formatVersion)) throw notABackup()
  if (formatVersion > FORMAT_VERSION) throw newer(`of format ${formatVersion}`)
  if (!isCount(schemaVersion) || schemaVersion === 0) throw notABackup()
  if (!isCount(createdAt) || typeof issuer !== 'string') throw notABackup()
  return { schemaVersion, createdAt, issuer }
}

function parseRow({ table, row }: Line): { table: BackupTable; row: Row } {
  const known = BACKUP_TABLES.find((name) => name === table)
  if (known === undefined || typeof row !== 'object' || row === null) {
    throw damaged('a line of it cannot be read')
  }
  const entries = Object.entries(row)
  if (!entries.every(([, value]) => isScalar(value))) throw damaged('a line of it cannot be read')
  return { table: known, row: row as Row }
}

function checkEnd(value: unknown, read: { counts: RowCounts; sha256: string }): void {
  const end = asObject(value)
  const counts = asObject(end?.['counts'])
  if (end?.['sha256'] !== read.sha256) throw damaged('its bytes are not those that were written')
  // One of an earlier version does not know every table.
  const isComplete = BACKUP_TABLES.every((name) => (counts?.[name] ?? 0) === read.counts[name])
  if (!isComplete) throw damaged('rows are missing')
}

function asObject(value: unknown): Line | null {
  return typeof value === 'object' && value !== null ? { ...value } : null
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || Number.isSafeInteger(value) || value === null
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function newer(what: string): BackupError {
  return new BackupError(
    'backup_newer',
    `the backup is ${what}, which this version does not know: restore it with the Signet that made it`,
  )
}

function notABackup(): BackupError {
  return new BackupError('not_a_backup', 'this is no backup of Signet')
}

function damaged(how: string): BackupError {
  return new BackupError(
    'backup_damaged',
    `the backup is damaged or not whole (${how}): nothing of it was restored; use another one`,
  )
}

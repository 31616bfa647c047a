import { createHash } from 'node:crypto'
import {
  type BackupHeader,
  FORMAT,
  FORMAT_VERSION,
  noRows,
  type RowBatch,
} from './backup-format.ts'

/** The lines of a backup, in pieces of many lines. */
export async function* encodeBackup(
  header: BackupHeader,
  batches: AsyncIterable<RowBatch>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  const counts = noRows()
  const encode = (lines: readonly object[]) => {
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    hash.update(bytes)
    return bytes
  }
  yield encode([{ format: FORMAT, formatVersion: FORMAT_VERSION, ...header }])
  for await (const { table, rows } of batches) {
    counts[table] += rows.length
    yield encode(rows.map((row) => ({ table, row })))
  }
  const end = { counts, sha256: hash.copy().digest('hex') }
  yield Buffer.from(`${JSON.stringify({ end })}\n`)
}

import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGzip, gunzipSync } from 'node:zlib'
import type { BackupHeader, Row, RowBatch } from '../src/backup/backup-format.ts'
import { encodeBackup } from '../src/backup/encode-backup.ts'
import { MIGRATIONS } from '../src/db/migrate.ts'

/** The lines of a backup as a person with gunzip sees them. */
export async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const text = gunzipSync(await readFile(path)).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** The rows of one table in a backup. */
export async function rowsIn(path: string, table: string): Promise<Row[]> {
  const lines = await linesOf(path)
  return lines.filter((line) => line['table'] === table).map(({ row }) => row as Row)
}

/** Writes a backup that is right in itself, whatever its rows are. */
export async function writeRows(
  path: string,
  batches: Iterable<RowBatch>,
  header: Partial<BackupHeader> = {},
): Promise<string> {
  const whole = {
    schemaVersion: MIGRATIONS.length,
    createdAt: 1_700_000_000,
    issuer: 'http://localhost:3000',
    ...header,
  }
  const packed = Readable.from(encodeBackup(whole, Readable.from(batches))).pipe(createGzip())
  await writeFile(path, await buffer(packed))
  return path
}

/** Accounts that nobody can log in to, many at once; as hard to compress as real ones. */
export function accountRows(count: number): RowBatch {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: `acc_${String(index).padStart(8, '0')}`,
    email: `person-${index}@example.com`,
    email_verified: 0,
    name: null,
    password_hash: `$argon2id$v=19$m=19456,t=2,p=1$${random(16)}$${random(32)}`,
    credentials_version: 1,
    disabled_at: null,
    created_at: 1_700_000_000,
  }))
  return { table: 'accounts', rows }
}

const random = (bytes: number) => randomBytes(bytes).toString('base64url')

// Owns backups: what is in one, and that it is of one moment and whole. Reads the rows of every
// domain as they are, knows none of their rules, and changes nothing but the audit log, which says
// so before anything leaves.
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Clock, epochSeconds, systemClock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { MIGRATIONS } from '../db/migrate.ts'
import { openCurrentDatabase } from '../db/open-database.ts'
import { readSnapshot } from '../db/snapshot.ts'
import { recordDeparture } from '../record-departure.ts'
import { writeBackupFile } from './backup-file.ts'
import {
  type BackupContents,
  type BackupHeader,
  noRows,
  type RowBatch,
  type RowCounts,
} from './backup-format.ts'
import { listBackupRows } from './backup-store.ts'
import { encodeBackup } from './encode-backup.ts'

export interface BackupOptions {
  /** A file, for its owner only, or a stream, which is ended. */
  readonly to: { readonly path: string; readonly replace: boolean } | Writable
  /** Called now and then with what is done. */
  readonly onProgress?: (counts: RowCounts) => void
  /** Called where the audit log could not be written first. */
  readonly onUnrecorded?: (reason: string) => void
  /** Gives up; no file is left then. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

/**
 * Writes accounts, roles, clients and the ids of the signing keys as they are at one moment. Authorities may
 * run and write meanwhile. No session and no private key is in it; password hashes
 * and hashes of clients' secrets are.
 * @throws StartError for a database that is not there or not of this version; BackupError
 * `file_unusable`, `file_denied`; DatabaseError; what the stream fails with
 */
export async function writeBackup(
  config: Config,
  { to, signal, onProgress, onUnrecorded, clock = systemClock }: BackupOptions,
): Promise<BackupContents> {
  const { database: address, issuer } = config
  const database = await openCurrentDatabase(address)
  const header: BackupHeader = {
    schemaVersion: MIGRATIONS.length,
    createdAt: epochSeconds(clock),
    issuer,
  }
  const counts = noRows()
  try {
    const write = async (out: Writable) => {
      await recordDeparture(database, { type: 'backup_started', config, clock, onUnrecorded })
      await readSnapshot(database, (snapshot) =>
        pipeline(
          encodeBackup(header, counted(listBackupRows(snapshot), { counts, onProgress })),
          createGzip(),
          out,
          signal === undefined ? {} : { signal },
        ),
      )
    }
    await ('path' in to ? writeBackupFile(to, write) : write(to))
    return { header, counts }
  } finally {
    await database.close()
  }
}

async function* counted(
  batches: AsyncIterable<RowBatch>,
  { counts, onProgress }: { counts: RowCounts; onProgress: BackupOptions['onProgress'] },
): AsyncGenerator<RowBatch> {
  for await (const batch of batches) {
    yield batch
    counts[batch.table] += batch.rows.length
    onProgress?.(counts)
  }
}

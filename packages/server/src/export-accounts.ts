// Accounts for elsewhere without an authority: what `signet user export` works on.
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { listAccountRows } from './accounts/export.ts'
import { writeBackupFile } from './backup/backup-file.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import type { Database } from './db/database.ts'
import { openCurrentDatabase } from './db/open-database.ts'
import { readSnapshot } from './db/snapshot.ts'
import { recordDeparture } from './record-departure.ts'

export interface AccountsExport {
  /** A file, for its owner only, or a stream, which is not ended. */
  readonly to: { readonly path: string; readonly replace: boolean } | Writable
  /** Called now and then with how many are written. */
  readonly onProgress?: (count: number) => void
  /** Called where the audit log could not be written first. */
  readonly onUnrecorded?: (reason: string) => void
  /** Gives up; no file is left then. */
  readonly signal?: AbortSignal
}

/**
 * Writes every account as it is at one moment, with the hash of its password, in the format that
 * import reads; answers how many. Authorities may run and write meanwhile. The audit log says so
 * before anything leaves.
 * @throws StartError for a database that is not there or not of this version; BackupError
 * `file_unusable`, `file_denied`; DatabaseError; what the stream fails with
 */
export async function exportAccounts(
  config: Config,
  { to, onProgress, onUnrecorded, signal }: AccountsExport,
): Promise<number> {
  const database = await openCurrentDatabase(config.database)
  let count = 0
  async function* lines(snapshot: Database): AsyncGenerator<string> {
    for await (const page of listAccountRows(snapshot)) {
      yield page.text
      count += page.count
      onProgress?.(count)
    }
  }
  try {
    const write = async (out: Writable) => {
      await recordDeparture(database, {
        type: 'export_started',
        config,
        clock: systemClock,
        onUnrecorded,
      })
      await readSnapshot(database, (snapshot) =>
        pipeline(() => lines(snapshot), out, {
          end: 'path' in to,
          ...(signal === undefined ? {} : { signal }),
        }),
      )
    }
    await ('path' in to ? writeBackupFile(to, write) : write(to))
    return count
  } finally {
    await database.close()
  }
}

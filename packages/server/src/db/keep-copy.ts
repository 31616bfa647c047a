// The copy of an SQLite file that an upgrade keeps beside it.
import { open, rename, rm } from 'node:fs/promises'
import { type Clock, epochSeconds } from '../clock.ts'
import { StartError } from '../errors.ts'
import { loadSqlite } from './sqlite-runtime.ts'

/**
 * Writes the database as it was last committed to `<path>.version-<version>-<time>`, for its owner
 * only and on disk when this returns. While the caller keeps writers away, that is all of it.
 * @throws StartError when it cannot be written
 */
export async function keepCopy(
  path: string,
  { version, clock }: { version: number; clock: Clock },
): Promise<string> {
  const time = new Date(epochSeconds(clock) * 1000).toISOString().replace(/[-:]|\.000/g, '')
  const copy = `${path}.version-${version}-${time}`
  const draft = `${copy}.partial`
  try {
    // SQLite would make it readable for others; into an empty file it writes without asking.
    await (await open(draft, 'w', 0o600)).close()
    const connection = (await loadSqlite())(path, 'write')
    try {
      connection.exec(`vacuum into '${draft.replaceAll("'", "''")}'`)
    } finally {
      connection.close()
    }
    const file = await open(draft, 'r+')
    await file.sync()
    await file.close()
    await rename(draft, copy)
    return copy
  } catch (cause) {
    await rm(draft, { force: true })
    throw new StartError(
      [
        `the database must be upgraded, and the copy kept of it before cannot be written (${(cause as Error).message}): make room for it beside the database, and its folder writable; nothing was changed`,
      ],
      { cause },
    )
  }
}

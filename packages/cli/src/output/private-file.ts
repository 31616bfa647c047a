import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CommandError } from '../failure.ts'

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'there is such a file already',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'nothing can be written there',
  ENOSPC: 'there is no room left',
}

/** A file that was made and is still empty. One of the two closes it. */
export interface PrivateFile {
  /** Writes it, whole; what cannot be written whole is removed. @throws CommandError */
  write(text: string): Promise<void>
  remove(): Promise<void>
}

/**
 * Makes a file that this user alone may read.
 * @throws CommandError, also where it is there, with what `ifThere` says to do then
 */
export async function createPrivateFile(path: string, ifThere = ''): Promise<PrivateFile> {
  const file = await open(path, 'wx', 0o600).catch((error) => refuse(error, ifThere))
  const remove = async () => {
    await file.close()
    await rm(path, { force: true })
  }
  return {
    remove,
    async write(text) {
      try {
        await file.writeFile(text)
        await file.sync()
      } catch (error) {
        await remove()
        refuse(error)
      }
      await file.close()
    },
  }
}

/**
 * Writes a file that this user alone may read, whole or not at all; for commands with --force. One
 * that is replaced is not written into: it may be readable by others, or open in their hands.
 *
 * @throws CommandError, also where it is there and not to be replaced
 */
export async function writePrivateFile(
  path: string,
  { text, replace }: { text: string; replace: boolean },
): Promise<void> {
  if (!replace) {
    const file = await createPrivateFile(path, '; --force replaces it')
    await file.write(text)
    return
  }
  const fresh = join(dirname(path), `${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const file = await createPrivateFile(fresh)
  await file.write(text)
  await rename(fresh, path).catch(async (error: unknown) => {
    await rm(fresh, { force: true })
    refuse(error)
  })
}

function refuse(error: unknown, ifThere = ''): never {
  const code = String((error as NodeJS.ErrnoException).code)
  const reason = REASONS[code] ?? `the file cannot be written (${code})`
  const isDenied = code === 'EACCES' || code === 'EPERM'
  throw new CommandError(
    `--out: ${reason}${code === 'EEXIST' ? ifThere : ''}`,
    isDenied ? 'notPermitted' : 'usage',
  )
}

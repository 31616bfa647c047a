import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CommandError } from '../failure.ts'

export interface PrivateFile {
  readonly path: string
  readonly text: string
  /** Replace what is there; otherwise a file that is there is an error. */
  readonly replace: boolean
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'there is such a file already; --force replaces it',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'nothing can be written there',
}

/**
 * Writes a file that this user alone may read, whole or not at all. One that is replaced is not
 * written into: it may be readable by others, or open in their hands.
 *
 * @throws CommandError
 */
export async function writePrivateFile({ path, text, replace }: PrivateFile): Promise<void> {
  const suffix = `.${randomBytes(6).toString('hex')}.tmp`
  const target = replace ? join(dirname(path), basename(path) + suffix) : path
  try {
    await create(target, text)
    if (replace) await rename(target, path)
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    if (replace) await rm(target, { force: true })
    const isDenied = code === 'EACCES' || code === 'EPERM'
    throw new CommandError(
      `--out: ${REASONS[code] ?? `the file cannot be written (${code})`}`,
      isDenied ? 'notPermitted' : 'usage',
    )
  }
}

async function create(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

// The file of a backup: whole under its name or not there, and for its owner only.
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Readable, Writable } from 'node:stream'
import { BackupError } from './backup-error.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  EEXIST: 'there is such a file already; --force replaces it',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
  EFBIG: 'files there may not become so large',
}

/** File systems without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/**
 * What `write` writes is a file at `path` once this returns, on disk; before that, and when it
 * fails, there is none, or the one that was there.
 * @throws BackupError `file_unusable`, `file_denied`; what `write` throws
 */
export async function writeBackupFile<T>(
  { path, replace }: { path: string; replace: boolean },
  write: (out: Writable) => Promise<T>,
): Promise<T> {
  await attempt(path, () => checkTarget(path, replace))
  const draft = `${path}.${randomBytes(6).toString('hex')}.partial`
  const file = await attempt(path, () => open(draft, 'wx', 0o600))
  try {
    const result = await attempt(path, () => write(writerTo(file)))
    await attempt(path, async () => {
      await file.sync()
      await (replace ? rename(draft, path) : publish(draft, path))
      await syncFolder(dirname(path))
    })
    return result
  } finally {
    await file.close()
    await rm(draft, { force: true })
  }
}

/** @throws BackupError `file_unusable`, `file_denied`; what `read` throws */
export async function readBackupFile<T>(
  path: string,
  read: (source: Readable) => Promise<T>,
): Promise<T> {
  return attempt(path, () => read(createReadStream(path)))
}

/** Unlike a stream of the file system it leaves the closing to whoever opened the file. */
function writerTo(file: FileHandle): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      file.writeFile(chunk).then(() => done(), done)
    },
  })
}

/** What is no file, such as a device or a pipe, would be replaced by one. */
async function checkTarget(path: string, replace: boolean): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found === null) return
  if (!found.isFile()) {
    throw new BackupError('file_unusable', `${path}: it is no file; for a pipe use - and redirect`)
  }
  if (!replace) throw refusal(path, { code: 'EEXIST' })
}

/** Never over a file that somebody else made meanwhile, where the file system can promise it. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path)
  } catch (error) {
    if (!NO_LINKS.has(String((error as NodeJS.ErrnoException).code))) throw error
    await checkTarget(path, false)
    await rename(draft, path)
  }
}

/** A name that is not on disk is no backup after a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Names the file in what the file system says; everything else stays as it is. */
async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    throw code === undefined || syscall === undefined
      ? error
      : refusal(path, { code, cause: error })
  }
}

function refusal(path: string, { code, cause }: { code: string; cause?: unknown }): BackupError {
  const isDenied = code === 'EACCES' || code === 'EPERM'
  return new BackupError(
    isDenied ? 'file_denied' : 'file_unusable',
    `${path}: ${REASONS[code] ?? `it cannot be used (${code})`}`,
    { cause },
  )
}

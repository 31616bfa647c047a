// Development's master secret: one file beside the database, made once, readable by its owner only.
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { platform } from 'node:os'
import { dirname, join } from 'node:path'
import { StartError } from '../errors.ts'
import { createSecretRing, createSecretText, parseSecret, type SecretRing } from './secrets.ts'

/**
 * Opens the secret file beside `databasePath`, making it when neither it nor the database exists.
 * When the database is there and the secret is not, a new one could open nothing: refused.
 * Two processes starting at once end up with one file.
 * @throws StartError naming the file and the remedy
 */
export function openSecretFile(databasePath: string): SecretRing {
  const path = join(dirname(databasePath), 'signet.secret')
  if (!existsSync(path)) {
    // Asked again behind the database: another process may just be making both.
    if (existsSync(databasePath) && !existsSync(path)) {
      throw new StartError([
        `${path} is missing, but the database beside it exists and needs it: put the file back, or give SIGNET_SECRET, or move the database away to begin anew`,
      ])
    }
    createFile(path)
  }
  const secret = parseSecret(readPrivateFile(path).trim())
  if (secret === null) {
    const remedy = existsSync(databasePath)
      ? 'put the original file back'
      : 'delete it, there is no database yet that needs it'
    throw new StartError([`${path} does not hold a master secret: ${remedy}`])
  }
  return createSecretRing([secret])
}

function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Written whole under another name and then linked: nobody ever reads half a secret.
    const draft = `${path}.${randomBytes(6).toString('hex')}`
    try {
      writeFileSync(draft, `${createSecretText()}\n`, { flag: 'wx', mode: 0o600, flush: true })
      linkSync(draft, path)
    } finally {
      rmSync(draft, { force: true })
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    throw new StartError(
      [
        `a secret cannot be kept in ${dirname(path)} (${code}): make that folder writable, or name another place with SIGNET_DATABASE_URL`,
      ],
      { cause },
    )
  }
}

function readPrivateFile(path: string): string {
  try {
    const mode = statSync(path).mode & 0o077
    if (mode !== 0 && platform() !== 'win32') {
      throw new StartError([
        `${path} can be read by others: chmod 600 it, and consider a new secret`,
      ])
    }
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    throw new StartError([`${path} cannot be read: ${(cause as Error).message}`], { cause })
  }
}

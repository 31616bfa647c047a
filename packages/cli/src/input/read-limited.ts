import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { ExitName } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { fileText } from './file-name.ts'

interface Limits {
  /** What to call the source in a message. */
  readonly what: string
  readonly maxBytes: number
  /** How a source that is not there, or is no file, ends the command. */
  readonly unreadable: ExitName
  readonly tooLarge: ExitName
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  ENAMETOOLONG: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this user may not read the file',
  EPERM: 'this user may not read the file',
}

/** All of a file, or of a pipe with a name. @throws CommandError */
export function readFileLimited(path: string, limits: Limits): Promise<Buffer> {
  const { what } = limits
  const name = fileText(path, { isSecret: what === '--secret-file', otherwise: '' })
  const isOption = what.startsWith('--')
  const named = name === '' ? what : isOption ? `${what} ${name}` : name
  return readLimited(createReadStream(path), { ...limits, what: named })
}

/** All of a stream, which is not read beyond the limit. @throws CommandError */
export async function readLimited(source: Readable, limits: Limits): Promise<Buffer> {
  const { what, maxBytes, unreadable, tooLarge } = limits
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of source) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > maxBytes) break
    }
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    const reason = REASONS[code] ?? `the file cannot be read (${code})`
    const isDenied = code === 'EACCES' || code === 'EPERM'
    throw new CommandError(`${what}: ${reason}`, isDenied ? 'notPermitted' : unreadable)
  }
  if (bytes > maxBytes) {
    throw new CommandError(`${what}: more than ${maxBytes / 1024} KiB is not read`, tooLarge)
  }
  return Buffer.concat(chunks)
}

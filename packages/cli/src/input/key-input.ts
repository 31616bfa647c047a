// Keys from files. What a file holds shows in its first characters, and a function of @signet/token
// whose name says what it parses takes it from there: nothing is ever tried as something else.
import {
  type Algorithm,
  createKeySet,
  importJwk,
  importPem,
  type JwkSetLike,
  type Key,
  type KeySet,
  secretKey,
} from '@signet/token'
import { CommandError } from '../failure.ts'
import { readFileLimited, readLimited } from './read-limited.ts'

export interface KeyFile {
  readonly file: string
  /** The option that names the file. */
  readonly what: string
  /** Needed where the file does not say what its key is for; an error where it says otherwise. */
  readonly algorithm: Algorithm | undefined
}

/** As a set of a thousand keys, the most that is taken. */
const LIMITS = { maxBytes: 1_048_576, unreadable: 'unavailable', tooLarge: 'unavailable' } as const

/**
 * A JWK, a JWK set, or PEM: a private or public key, or a certificate, of which the key alone is
 * looked at.
 *
 * @throws CommandError, KeyError
 */
export async function readKeyFile({ file, what, algorithm }: KeyFile): Promise<Key | KeySet> {
  const limits = { what, ...LIMITS }
  const bytes = await (file === '-'
    ? readLimited(process.stdin, limits)
    : readFileLimited(file, limits))
  const text = bytes.toString('utf8').trim()
  if (text.startsWith('-----BEGIN')) return readPem(text, { what, algorithm })
  if (!text.startsWith('{')) {
    throw new CommandError(`${what}: neither a JWK, nor a JWK set, nor PEM`, 'unavailable')
  }
  const json = parseJson(text, what)
  if (isJwkSet(json)) return readKeySet(json, { what, algorithm })
  return importJwk(json, algorithm === undefined ? {} : { algorithm })
}

/** A JWK set and nothing else. @throws CommandError, KeyError */
export async function readKeySetFile({ file, what, algorithm }: KeyFile): Promise<KeySet> {
  const bytes = await readFileLimited(file, { what, ...LIMITS })
  const json = parseJson(bytes.toString('utf8'), what)
  if (!isJwkSet(json)) throw new CommandError(`${what}: not a JWK set`, 'unavailable')
  return readKeySet(json, { what, algorithm })
}

/** How the text in a secret file becomes the bytes of the secret. */
export const SECRET_ENCODINGS = ['text', 'base64url', 'base64', 'hex'] as const

export interface SecretFile extends KeyFile {
  readonly encoding: (typeof SECRET_ENCODINGS)[number]
}

/**
 * A secret as it stands in the file, without the line end behind it. Never one that is a key or a
 * certificate, which others may have.
 *
 * @throws CommandError, KeyError
 */
export async function readSecretFile(secret: SecretFile): Promise<Key> {
  const { file, what, algorithm, encoding } = secret
  if (algorithm === undefined) {
    throw new CommandError('a secret does not say what it is for: name it, as in --alg HS256')
  }
  const bytes = await readFileLimited(file, { what, ...LIMITS })
  checkNoKey(bytes.toString('utf8'), what)
  const end = /\r?\n$/.exec(bytes.toString('latin1'))?.index ?? bytes.length
  return secretKey(decodeSecret(bytes.subarray(0, end), { what, encoding }), { algorithm })
}

/** A public key for a secret would let everybody sign: the confusion of RFC 8725, section 2.1. */
function checkNoKey(text: string, what: string): void {
  if (text.includes('-----BEGIN ')) {
    const message = `${what}: this is PEM, a key or a certificate and no secret; give it with --key-file`
    throw new CommandError(message, 'unavailable')
  }
  if (/^[\s\ufeff]*[[{]/.test(text) && isJson(text)) {
    const message = `${what}: this is JSON and no secret; give a JWK of kind oct, or another, with --key-file`
    throw new CommandError(message, 'unavailable')
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''))
    return true
  } catch {
    return false
  }
}

function decodeSecret(
  written: Buffer,
  { what, encoding }: Pick<SecretFile, 'what' | 'encoding'>,
): Buffer {
  if (encoding === 'text') return written
  const text = written.toString('latin1')
  const bytes = Buffer.from(text, encoding)
  // Buffer skips what it cannot read: a secret with a mistake in it would be another secret.
  if (bytes.toString(encoding).replace(/=+$/, '') !== normalize(text, encoding)) {
    throw new CommandError(`${what}: the secret is not ${encoding}`, 'unavailable')
  }
  return bytes
}

function normalize(text: string, encoding: SecretFile['encoding']): string {
  return encoding === 'hex' ? text.toLowerCase() : text.replace(/=+$/, '')
}

function readPem(pem: string, { what, algorithm }: Omit<KeyFile, 'file'>): Key {
  if (pem.startsWith('-----BEGIN ENCRYPTED')) {
    throw new CommandError(
      `${what}: the key is encrypted; decrypt it first, as in openssl pkey -in key.pem -out plain.pem`,
      'unavailable',
    )
  }
  if (algorithm === undefined) {
    throw new CommandError('PEM does not say what a key is for: name it, as in --alg ES256')
  }
  return importPem(pem, { algorithm })
}

function readKeySet(set: JwkSetLike, { what, algorithm }: Omit<KeyFile, 'file'>): KeySet {
  const keySet = createKeySet(set, algorithm === undefined ? {} : { algorithm })
  if (keySet.size > 0) return keySet
  const [first] = keySet.skipped
  throw first?.reason ?? new CommandError(`${what}: the JWK set is empty`, 'unavailable')
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What JSON.parse says repeats the text, which is a key.
    throw new CommandError(`${what}: the file is not JSON`, 'unavailable')
  }
}

function isJwkSet(json: unknown): json is JwkSetLike {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, 'keys')
}

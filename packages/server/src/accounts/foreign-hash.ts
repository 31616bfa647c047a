// How other systems write their hashes, and the one form in which they are kept here.
import { type FirebaseParameters, formatFirebase } from './hashes/firebase-scrypt.ts'
import { HashRefusal } from './hashes/hash-kind.ts'
import { formatPbkdf2 } from './hashes/pbkdf2.ts'
import { formatScrypt } from './hashes/scrypt.ts'
import { parseStoredHash } from './hashes/stored-hash.ts'
import { unpaddedBase64 } from './hashes/unpadded-base64.ts'

/**
 * The form in which a foreign hash is stored: of a text as libraries and frameworks write it, or of
 * an object with a `kind`. Hashes nothing.
 * @throws HashRefusal
 */
export function parseForeignHash(value: unknown, firebase: FirebaseParameters | null): string {
  const text = typeof value === 'string' ? fromText(value) : fromObject(value, firebase)
  parseStoredHash(text)
  return text
}

type Parts = Readonly<Record<string, string>>

/** Texts that are not stored as they are. */
const NOTATIONS: readonly { shape: RegExp; convert: (parts: Parts) => string }[] = [
  // Django puts a name of its own before what its libraries write,
  { shape: /^(?:argon2|bcrypt\$)(?<inner>\$.+)$/, convert: ({ inner = '' }) => inner },
  // and has its own notation for these two; the salt is the text itself.
  {
    shape:
      /^pbkdf2_(?<digest>sha1|sha256)\$(?<iterations>\d+)\$(?<salt>[^$]+)\$(?<hash>[\w+/]+=*)$/,
    convert: pbkdf2From('base64'),
  },
  {
    shape: /^scrypt\$(?<salt>[^$]+)\$(?<n>\d+)\$(?<r>\d+)\$(?<p>\d+)\$(?<hash>[\w+/]+=*)$/,
    convert: scryptFrom('base64'),
  },
  // Werkzeug
  {
    shape: /^pbkdf2:(?<digest>\w+):(?<iterations>\d+)\$(?<salt>[^$]+)\$(?<hash>[0-9a-f]+)$/,
    convert: pbkdf2From('hex'),
  },
  {
    shape: /^scrypt:(?<n>\d+):(?<r>\d+):(?<p>\d+)\$(?<salt>[^$]+)\$(?<hash>[0-9a-f]+)$/,
    convert: scryptFrom('hex'),
  },
  // passlib names no digest where it is SHA-1.
  { shape: /^\$pbkdf2(?<inner>\$.+)$/, convert: ({ inner = '' }) => `$pbkdf2-sha1${inner}` },
]

function fromText(text: string): string {
  for (const { shape, convert } of NOTATIONS) {
    const groups = shape.exec(text)?.groups
    if (groups !== undefined) return convert(groups)
  }
  return text
}

function pbkdf2From(encoding: 'base64' | 'hex'): (parts: Parts) => string {
  return ({ digest = '', iterations = '', salt = '', hash = '' }) =>
    formatPbkdf2({
      digest,
      iterations: Number(iterations),
      salt: Buffer.from(salt),
      hash: Buffer.from(hash, encoding),
    })
}

function scryptFrom(encoding: 'base64' | 'hex'): (parts: Parts) => string {
  return ({ n, r, p, salt = '', hash = '' }) =>
    formatScrypt(
      { costLog2: log2Of(Number(n)), blockSize: Number(r), parallelization: Number(p) },
      { salt: Buffer.from(salt), hash: Buffer.from(hash, encoding) },
    )
}

/** @throws HashRefusal */
function log2Of(cost: number): number {
  const log2 = Math.log2(cost)
  if (!Number.isInteger(log2)) throw malformed('the cost N of scrypt is a power of two')
  return log2
}

type Members = Readonly<Record<string, unknown>>

/** Objects that say their `kind`, and exactly which other members each has. */
const OBJECTS: Readonly<
  Record<
    string,
    {
      members: readonly string[]
      convert: (hash: Members, firebase: FirebaseParameters | null) => string
    }
  >
> = {
  pbkdf2: {
    members: ['digest', 'iterations', 'salt', 'hash'],
    convert: (hash) =>
      formatPbkdf2({
        digest: textOf(hash, 'digest'),
        iterations: countOf(hash, 'iterations'),
        salt: bytesOf(hash, 'salt'),
        hash: bytesOf(hash, 'hash'),
      }),
  },
  scrypt: {
    members: ['cost', 'blockSize', 'parallelization', 'salt', 'hash'],
    convert: (hash) =>
      formatScrypt(
        {
          costLog2: log2Of(countOf(hash, 'cost')),
          blockSize: countOf(hash, 'blockSize'),
          parallelization: countOf(hash, 'parallelization'),
        },
        { salt: bytesOf(hash, 'salt'), hash: bytesOf(hash, 'hash') },
      ),
  },
  firebase: {
    members: ['salt', 'hash'],
    convert(hash, firebase) {
      if (firebase === null) {
        throw new HashRefusal(
          'hash_unknown',
          'a hash of Firebase needs the parameters of its project: name their file with --firebase-params',
        )
      }
      return formatFirebase(firebase, { salt: bytesOf(hash, 'salt'), hash: bytesOf(hash, 'hash') })
    },
  },
  keycloak: { members: ['credentialData', 'secretData'], convert: fromKeycloak },
}

function fromObject(value: unknown, firebase: FirebaseParameters | null): string {
  const hash = objectOf(value)
  const kind = Object.hasOwn(OBJECTS, String(hash?.['kind']))
    ? OBJECTS[String(hash?.['kind'])]
    : undefined
  if (hash === null || kind === undefined) {
    throw new HashRefusal(
      'hash_unknown',
      `a password hash is text, or an object whose "kind" is one of ${Object.keys(OBJECTS).join(', ')}`,
    )
  }
  const names = Object.keys(hash).filter((name) => name !== 'kind')
  if (names.some((name) => !kind.members.includes(name))) {
    throw malformed(`beside "kind" this hash has ${kind.members.join(', ')} and nothing else`)
  }
  return kind.convert(hash, firebase)
}

/** The two members as an exported realm has them: JSON within JSON. */
function fromKeycloak(hash: Members): string {
  const credential = nestedOf(hash, 'credentialData')
  const secret = nestedOf(hash, 'secretData')
  const iterations = countOf(credential, 'hashIterations')
  const algorithm = textOf(credential, 'algorithm')
  const bytes = { salt: bytesOf(secret, 'salt'), hash: bytesOf(secret, 'value') }
  if (algorithm === 'argon2') return fromKeycloakArgon2(credential, { iterations, ...bytes })
  // The plain name is that of the oldest, which uses SHA-1.
  const digest = algorithm === 'pbkdf2' ? 'sha1' : algorithm.replace(/^pbkdf2-/, '')
  return formatPbkdf2({ digest, iterations, ...bytes })
}

function fromKeycloakArgon2(
  credential: Members,
  { iterations, salt, hash }: { iterations: number; salt: Buffer; hash: Buffer },
): string {
  const lists = objectOf(credential['additionalParameters']) ?? {}
  const [type, version, memory, lanes] = ['type', 'version', 'memory', 'parallelism'].map(
    (name) => {
      const list = lists[name]
      return Array.isArray(list) ? String(list[0]) : ''
    },
  )
  const v = version === '1.0' ? 16 : 19
  return `$argon2${type}$v=${v}$m=${memory},t=${iterations},p=${lanes}$${unpaddedBase64(salt)}$${unpaddedBase64(hash)}`
}

function nestedOf(members: Members, name: string): Members {
  let nested: Members | null = null
  try {
    nested = objectOf(JSON.parse(textOf(members, name)))
  } catch (error) {
    // The parser's words quote the text.
    if (!(error instanceof SyntaxError)) throw error
  }
  if (nested === null) throw malformed(`"${name}" is not the text of a JSON object`)
  return nested
}

function objectOf(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : null
}

function textOf(members: Members, name: string): string {
  const value = members[name]
  if (typeof value !== 'string') throw malformed(`"${name}" of the hash must be text`)
  return value
}

function countOf(members: Members, name: string): number {
  const value = members[name]
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw malformed(`"${name}" of the hash must be a whole number above zero`)
  }
  return Number(value)
}

/** base64, standard or URL-safe, padded or not. */
function bytesOf(members: Members, name: string): Buffer {
  const text = textOf(members, name)
  if (!/^[\w+/-]+={0,2}$/.test(text)) throw malformed(`"${name}" of the hash must be base64`)
  return Buffer.from(text, 'base64')
}

function malformed(message: string): HashRefusal {
  return new HashRefusal('hash_malformed', message)
}

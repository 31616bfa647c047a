import { createHash } from 'node:crypto'
import { AuthorityError } from '../errors.ts'
import { isSingleReading } from '../json-members.ts'
import { parseEmail } from './email.ts'
import { parseForeignHash } from './foreign-hash.ts'
import type { FirebaseParameters } from './hashes/firebase-scrypt.ts'
import { HashRefusal } from './hashes/hash-kind.ts'
import { NO_PASSWORD } from './hashes/no-password.ts'
import { parseName } from './name.ts'
import type { PortableAccount } from './portable-account.ts'
import { parseRoleNames } from './role-name.ts'
import { RowRefusal } from './row-refusal.ts'

/** An account that somebody wants imported; null where the row leaves it to us. */
export type ImportRow = Omit<PortableAccount, 'id' | 'createdAt'> & {
  readonly id: string | null
  readonly createdAt: number | null
}

type Members = Readonly<Record<string, unknown>>

const MEMBERS = new Set([
  'id',
  'email',
  'name',
  'emailVerified',
  'roles',
  'disabled',
  'createdAt',
  'passwordHash',
])

/**
 * One account, of one line. Nothing in it is repaired, and a member that is not known refuses the
 * row. Does not look into the database.
 * @throws RowRefusal
 */
export function parseImportRow(
  text: string,
  context: { firebase: FirebaseParameters | null; now: number },
): ImportRow {
  const row = parseObject(text)
  for (const name of Object.keys(row)) checkMember(name)
  const { email, name = null, passwordHash = null, roles = [] } = row
  if (typeof email !== 'string') throw invalid('email', 'is missing, or not text')
  if (name !== null && typeof name !== 'string') throw invalid('name', 'must be text')
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
    throw invalid('roles', 'must be a list of texts')
  }
  return {
    id: parseId(row['id'] ?? null),
    email: judged(() => parseEmail(email)),
    isEmailVerified: parseFlag(row, 'emailVerified'),
    name: name === null ? null : judged(() => parseName(name)),
    roles: judged(() => parseRoleNames([...new Set<string>(roles)])).sort(),
    isDisabled: parseFlag(row, 'disabled'),
    createdAt: parseCreatedAt(row['createdAt'] ?? null, context.now),
    passwordHash:
      passwordHash === null
        ? NO_PASSWORD
        : judged(() => parseForeignHash(passwordHash, context.firebase)),
  }
}

function parseObject(text: string): Members {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's words quote the text.
    throw new RowRefusal('not_json', 'the line is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RowRefusal('not_json', 'the line is not a JSON object')
  }
  if (!isSingleReading(text, value)) {
    throw new RowRefusal('not_json', 'the line has a member twice')
  }
  return value as Members
}

function checkMember(name: string): void {
  if (MEMBERS.has(name)) return
  if (name === 'password') {
    throw new RowRefusal(
      'password_in_clear',
      'passwords in the clear are not taken: give its hash as "passwordHash", or leave it out',
    )
  }
  throw new RowRefusal(
    'member_unknown',
    `a row has no member ${JSON.stringify(name.slice(0, 40))}; it has ${[...MEMBERS].join(', ')}`,
  )
}

function parseFlag(row: Members, name: string): boolean {
  const value = row[name] ?? false
  if (typeof value !== 'boolean') throw invalid(name, 'must be true or false')
  return value
}

const OWN_ID = /^acc_[A-Za-z0-9_-]{21}[AQgw]$/
const MAX_ID_LENGTH = 255

/**
 * An id of ours stays. One of another system becomes one of ours, always the same: 128 bits of a
 * SHA-256, so that whoever kept the old ones can compute the new.
 */
function parseId(id: unknown): string | null {
  if (id === null) return null
  const text = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id
  if (typeof text !== 'string' || text === '' || text.length > MAX_ID_LENGTH) {
    throw invalid('id', `must be text of 1 to ${MAX_ID_LENGTH} characters, or a whole number`)
  }
  if (OWN_ID.test(text)) return text
  const hash = createHash('sha256').update(`signet:account:${text}`).digest()
  return `acc_${hash.subarray(0, 16).toString('base64url')}`
}

/** A clock that is a little ahead is not worth a refusal. */
const MAX_AHEAD_SECONDS = 86_400

function parseCreatedAt(value: unknown, now: number): number | null {
  if (value === null) return null
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    throw invalid('createdAt', 'must be whole seconds since 1970')
  }
  const seconds = Number(value)
  if (seconds > now + MAX_AHEAD_SECONDS) {
    throw invalid('createdAt', 'lies in the future: is it in milliseconds? It must be in seconds')
  }
  return seconds
}

/** What the rules of accounts and hashes refuse, as a refusal of the row. */
function judged<T>(judge: () => T): T {
  try {
    return judge()
  } catch (error) {
    if (error instanceof HashRefusal) throw new RowRefusal(error.code, error.message)
    if (!(error instanceof AuthorityError)) throw error
    const code = error.code === 'email_invalid' ? error.code : 'member_invalid'
    throw new RowRefusal(code, error.message)
  }
}

function invalid(member: string, what: string): RowRefusal {
  return new RowRefusal('member_invalid', `"${member}" ${what}`)
}

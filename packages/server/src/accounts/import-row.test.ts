import { describe, expect, test } from 'vitest'
import { parseImportRow } from './import-row.ts'
import { RowRefusal } from './row-refusal.ts'

const NOW = 1_900_000_000
const BCRYPT = '$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'

const parse = (row: unknown) =>
  parseImportRow(typeof row === 'string' ? row : JSON.stringify(row), { firebase: null, now: NOW })

function refusalOf(row: unknown): RowRefusal {
  try {
    parse(row)
  } catch (error) {
    if (error instanceof RowRefusal) return error
    throw error
  }
  throw new Error('the row was taken')
}

test('a row with everything', () => {
  const row = {
    id: 'acc_AAAAAAAAAAAAAAAAAAAAAA',
    email: 'Ada@Example.com',
    name: 'Ada',
    emailVerified: true,
    roles: ['editor', 'admin', 'editor'],
    disabled: true,
    createdAt: 1_700_000_000,
    passwordHash: BCRYPT,
  }
  expect(parse(row)).toEqual({
    id: 'acc_AAAAAAAAAAAAAAAAAAAAAA',
    email: 'ada@example.com',
    name: 'Ada',
    isEmailVerified: true,
    roles: ['admin', 'editor'],
    isDisabled: true,
    createdAt: 1_700_000_000,
    passwordHash: BCRYPT,
  })
})

test('a row with an address alone: nothing else is assumed', () => {
  const least = {
    id: null,
    email: 'ada@example.com',
    name: null,
    isEmailVerified: false,
    roles: [],
    isDisabled: false,
    createdAt: null,
    passwordHash: '$none',
  }
  expect(parse({ email: 'ada@example.com' })).toEqual(least)
  const nulls = { id: null, name: null, emailVerified: null, roles: undefined, passwordHash: null }
  expect(parse({ email: 'ada@example.com', ...nulls })).toEqual(least)
})

test('an id of another system always becomes the same id of ours', () => {
  const idOf = (id: unknown) => parse({ email: 'ada@example.com', id }).id
  // sha256sum of "signet:account:auth0|507f1f77bcf86cd799439020", its first 16 bytes.
  expect(idOf('auth0|507f1f77bcf86cd799439020')).toBe('acc_O8ZlQxhWGYymTjoCBDCGFA')
  expect(idOf(7)).toBe(idOf('7'))
  expect(idOf('8')).not.toBe(idOf('7'))
  // Of our form but for bits that its 16 bytes do not have: two texts for one id.
  expect(idOf('acc_AAAAAAAAAAAAAAAAAAAAAB')).not.toBe('acc_AAAAAAAAAAAAAAAAAAAAAB')
  for (const id of ['', 'x'.repeat(256), 1.5, true, {}]) {
    expect(refusalOf({ email: 'ada@example.com', id }).code).toBe('member_invalid')
  }
})

describe('K07: an address in a row has the one canonical form:', () => {
  test.each([
    ['ADA@EXAMPLE.COM', 'ada@example.com'],
    ['ada@b\u00fccher.example', 'ada@xn--bcher-kva.example'],
  ])('%s', (email, canonical) => expect(parse({ email }).email).toBe(canonical))

  test.each([
    '\u0430da@example.com',
    'ada@example.com ',
    'ada',
    'a@b@example.com',
    '\u0131da@example.com',
  ])('%j is refused', (email) => expect(refusalOf({ email }).code).toBe('email_invalid'))
})

describe('K10: a row cannot smuggle anything:', () => {
  test.each([
    'isAdmin',
    'scopes',
    'role',
    'credentialsVersion',
    'password_hash',
    'disabledAt',
    '__proto__',
    'constructor',
    'Email',
    '',
  ])('a member %j refuses the row', (member) => {
    const refusal = refusalOf(`{"email":"ada@example.com",${JSON.stringify(member)}:1}`)
    expect(refusal.code).toBe('member_unknown')
  })

  test('a password in the clear refuses the row, and is not repeated', () => {
    const refusal = refusalOf({
      email: 'ada@example.com',
      password: 'hunter2',
      passwordHash: BCRYPT,
    })
    expect(refusal.code).toBe('password_in_clear')
    expect(refusal.message).not.toContain('hunter2')
    expect(refusalOf({ email: 'ada@example.com', passwordHash: 'hunter2' })).toMatchObject({
      code: 'hash_unknown',
      message: expect.not.stringContaining('hunter2'),
    })
  })

  test.each([
    '{"email":"ada@example.com","email":"bob@example.com"}',
    '{"email":"ada@example.com","\\u0065mail":"bob@example.com"}',
    '{"email":"ada@example.com","passwordHash":{"kind":"scrypt","kind":"pbkdf2"}}',
  ])('a member twice refuses the row: %s', (line) => {
    expect(refusalOf(line)).toMatchObject({
      code: 'not_json',
      message: 'the line has a member twice',
    })
  })

  test('a role that would end the list of roles in a token', () => {
    expect(refusalOf({ email: 'ada@example.com', roles: ['editor admin'] }).code).toBe(
      'member_invalid',
    )
  })
})

test.each<[string, unknown, string]>([
  ['no JSON', '{"email":', 'not_json'],
  ['a list', '[]', 'not_json'],
  ['null', 'null', 'not_json'],
  ['two objects', '{"email":"ada@example.com"} {}', 'not_json'],
  ['a CSV line', 'ada@example.com,Ada', 'not_json'],
  ['no address', { name: 'Ada' }, 'member_invalid'],
  ['an address that is a list', { email: ['ada@example.com'] }, 'member_invalid'],
  ['an empty name', { email: 'ada@example.com', name: '' }, 'member_invalid'],
  ['a name with a line end', { email: 'ada@example.com', name: 'A\nB' }, 'member_invalid'],
  ['a name that is a number', { email: 'ada@example.com', name: 7 }, 'member_invalid'],
  ['roles as text', { email: 'ada@example.com', roles: 'admin' }, 'member_invalid'],
  ['roles of numbers', { email: 'ada@example.com', roles: [1] }, 'member_invalid'],
  [
    '33 roles',
    { email: 'ada@example.com', roles: Array.from({ length: 33 }, (_, i) => `r${i}`) },
    'member_invalid',
  ],
  ['a flag as text', { email: 'ada@example.com', disabled: 'false' }, 'member_invalid'],
  ['a flag as number', { email: 'ada@example.com', emailVerified: 1 }, 'member_invalid'],
  ['milliseconds', { email: 'ada@example.com', createdAt: 1_700_000_000_000 }, 'member_invalid'],
  ['a moment as text', { email: 'ada@example.com', createdAt: '2026-01-01' }, 'member_invalid'],
  ['before 1970', { email: 'ada@example.com', createdAt: -1 }, 'member_invalid'],
  [
    'a costly hash',
    { email: 'ada@example.com', passwordHash: BCRYPT.replace('$10$', '$20$') },
    'hash_too_costly',
  ],
  ['a cut hash', { email: 'ada@example.com', passwordHash: BCRYPT.slice(0, -1) }, 'hash_malformed'],
])('%s is refused', (_, row, code) => {
  expect(refusalOf(row).code).toBe(code)
})

test('what is deeply nested is refused like anything else', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  expect(refusalOf(`{"email":"ada@example.com","roles":${deep}}`).code).toBe('member_invalid')
})

import { createHash, randomBytes } from 'node:crypto'
import { databases, FakeClock, startAuthority, type TestDatabase } from '@signet/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAccounts } from '../src/accounts/accounts.ts'
import { listAccountRows } from '../src/accounts/export.ts'
import { importRows } from '../src/accounts/import.ts'
import type { ImportCounts, ImportOptions, RefusedLine } from '../src/accounts/import-batches.ts'
import { rehearseRows } from '../src/accounts/import-rehearsal.ts'
import { isOwnHash } from '../src/accounts/own-hash.ts'
import { createPasswordHasher, type PasswordHasher } from '../src/accounts/password-hasher.ts'
import { createAudit } from '../src/audit/audit.ts'
import { OPERATOR } from '../src/audit/audit-entry.ts'
import { createSecretRing, MasterSecret } from '../src/config/secrets.ts'
import type { Database } from '../src/db/database.ts'
import { openTestDatabase } from './open-test-database.ts'

const NOW = 1_900_000_000
const PASSWORD = 'correct horse battery'
const BCRYPT = '$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'
const PBKDF2 =
  'pbkdf2_sha256$260000$Kuvg3PFut10rZkRjZucgBV$bbRYS5rlfi6180dSlTlA5mE1tKsykBSUJd7FRd8TpbM='
const WERKZEUG =
  'pbkdf2:sha256:1000$xwdBYSNVx0rMylRI$6b745116c6c94d14f78ab55af27e76d8d50322b6ada15a95c3efa8986b00e2ce'

const events = { emit: () => {}, record: async () => {} }

const toSource = (rows: readonly unknown[]): AsyncIterable<Uint8Array> =>
  (async function* () {
    for (const row of rows) {
      yield Buffer.from(`${typeof row === 'string' ? row : JSON.stringify(row)}\n`)
    }
  })()

describe.each(databases)('on $name', ({ open }) => {
  let clock: FakeClock
  let testDatabase: TestDatabase
  let database: Database
  const opened: Database[] = []

  const openHandle = async (of: TestDatabase): Promise<Database> => {
    const handle = await openTestDatabase(of, clock)
    opened.push(handle)
    return handle
  }

  beforeEach(async () => {
    clock = new FakeClock(NOW * 1000)
    testDatabase = await open()
    database = await openHandle(testDatabase)
  })
  afterEach(async () => {
    for (const handle of opened.splice(0)) await handle.close()
    await testDatabase[Symbol.asyncDispose]()
  })

  type Outcome = ImportCounts & { lines: [line: number, code: string][]; reasons: string[] }

  /** Through `importRows`, or through `rehearseRows`, which must say the same. */
  async function run(
    work: (options: ImportOptions) => Promise<ImportCounts>,
    rows: readonly unknown[],
    options: Partial<ImportOptions>,
  ): Promise<Outcome> {
    const refused: RefusedLine[] = []
    const counts = await work({
      source: toSource(rows),
      clock,
      onRefused: (one) => refused.push(one),
      ...options,
    })
    return {
      ...counts,
      lines: refused.map(({ line, refusal }) => [line, refusal.code]),
      reasons: refused.map(({ refusal }) => refusal.message),
    }
  }

  const secrets = createSecretRing([new MasterSecret(randomBytes(32))])
  const partsOf = (handle: Database) => ({
    database: handle,
    audit: createAudit({ database: handle, secrets, clock }),
  })
  const bring = (rows: readonly unknown[], options: Partial<ImportOptions> = {}) =>
    run((all) => importRows(partsOf(database), all), rows, options)
  const rehearse = (rows: readonly unknown[], options: Partial<ImportOptions> = {}) =>
    run((all) => rehearseRows(database, all), rows, options)

  const accountsWith = (hasher: PasswordHasher = createPasswordHasher()) =>
    createAccounts({ database, hasher, clock, events })

  const authenticate = (email: string, password = PASSWORD, accounts = accountsWith()) =>
    accounts.authenticate({ email, password, address: null })

  async function hashOf(email: string): Promise<string> {
    const rows = await testDatabase.query('select email, password_hash from accounts')
    return String(rows.find((row) => row['email'] === email)?.['password_hash'])
  }

  /** Everything that is in the tables, as one text. */
  async function contents(of: TestDatabase = testDatabase): Promise<string> {
    const tables = ['accounts', 'account_roles', 'roles']
    const rows = await Promise.all(tables.map((table) => of.query(`select * from ${table}`)))
    return rows
      .map((found) =>
        found
          .map((row) => JSON.stringify(row))
          .sort()
          .join('\n'),
      )
      .join('\n\n')
  }

  test('an account comes along with everything that its row says', async () => {
    const counts = await bring([
      {
        id: 'auth0|1',
        email: 'Ada@Example.com',
        name: 'Ada',
        emailVerified: true,
        roles: ['editor', 'admin'],
        createdAt: 1_700_000_000,
        passwordHash: BCRYPT,
      },
      { email: 'bob@example.com', disabled: true, passwordHash: BCRYPT },
    ])
    expect(counts).toMatchObject({ rows: 2, imported: 2, existing: 0, skipped: 0, refused: 0 })
    expect(counts.rolesMade.sort()).toEqual(['admin', 'editor'])
    const id = `acc_${createHash('sha256').update('signet:account:auth0|1').digest().subarray(0, 16).toString('base64url')}`
    expect(await accountsWith().get(id)).toEqual({
      id,
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada',
      roles: ['admin', 'editor'],
      scopes: [],
      credentialsVersion: 1,
      disabledAt: null,
      createdAt: 1_700_000_000,
    })
    const { accounts } = await accountsWith().page({
      after: null,
      limit: 1,
      email: 'bob@example.com',
    })
    expect(accounts).toMatchObject([{ disabledAt: NOW, createdAt: NOW }])
    await expect(authenticate('bob@example.com')).rejects.toMatchObject({
      code: 'credentials_wrong',
    })
  })

  test('roles that are there keep their scopes', async () => {
    await testDatabase.query(
      "insert into roles (name, scopes, created_at) values ('editor', 'orders:read', 1)",
    )
    const counts = await bring([
      { email: 'ada@example.com', roles: ['editor'], passwordHash: WERKZEUG },
    ])
    expect(counts.rolesMade).toEqual([])
    const { accountId } = await authenticate('ada@example.com')
    expect(await accountsWith().get(accountId)).toMatchObject({ scopes: ['orders:read'] })
  })

  test('the same rows again are all there already, and nothing is changed', async () => {
    const rows = Array.from({ length: 1_234 }, (_, index) => ({
      ...(index % 2 === 0 ? { id: index, createdAt: 1_700_000_000 + index } : {}),
      email: `person${index}@example.com`,
      roles: index % 3 === 0 ? ['editor', 'member'] : [],
      ...(index % 5 === 0 ? {} : { passwordHash: index % 7 === 0 ? PBKDF2 : BCRYPT }),
    }))
    expect(await bring(rows)).toMatchObject({ rows: 1_234, imported: 1_234 })
    const before = await contents()
    clock.advance(60_000)
    expect(await bring(rows)).toMatchObject({
      imported: 0,
      existing: 1_234,
      refused: 0,
      rolesMade: [],
    })
    expect(await rehearse(rows)).toMatchObject({ imported: 0, existing: 1_234, refused: 0 })
    expect(await contents()).toBe(before)
  })

  test('an account that is there with something else is left as it is', async () => {
    const row = { email: 'ada@example.com', name: 'Ada', roles: ['editor'], passwordHash: BCRYPT }
    await bring([row])
    const before = await contents()
    const others = [
      { ...row, name: 'Eve' },
      { ...row, roles: ['admin'] },
      { ...row, passwordHash: WERKZEUG },
      { ...row, disabled: true },
      { ...row, emailVerified: true },
      { ...row, id: 'auth0|1' },
      { ...row, createdAt: 1 },
      row,
    ]
    const members = [
      'name',
      'roles',
      'passwordHash',
      'disabled',
      'emailVerified',
      'id',
      'createdAt',
    ]
    for (const attempt of [await rehearse(others), await bring(others)]) {
      expect(attempt).toMatchObject({ imported: 0, existing: 1, refused: 7, rolesMade: [] })
      expect(attempt.lines).toEqual([1, 2, 3, 4, 5, 6, 7].map((line) => [line, 'account_differs']))
      expect(attempt.reasons.map((reason) => reason.split(': ').at(-1))).toEqual(members)
    }
    expect(await bring(others, { differing: 'skip' })).toMatchObject({
      existing: 1,
      skipped: 7,
      refused: 0,
      lines: [],
    })
    expect(await contents()).toBe(before)
  })

  test('K07: twins of one address collide, in the file and with who is there', async () => {
    await accountsWith().create({
      email: 'eve@example.com',
      password: PASSWORD,
      name: null,
      by: OPERATOR,
    })
    const rows = [
      { email: 'Ada@example.com', name: 'first' },
      { email: 'ada@EXAMPLE.com', name: 'second' },
      { email: 'ada@b\u00fccher.example', name: 'first' },
      { email: 'ada@xn--bcher-kva.example', name: 'second' },
      { email: 'EVE@example.com', name: 'twin' },
    ]
    for (const attempt of [await rehearse(rows), await bring(rows)]) {
      expect(attempt).toMatchObject({ imported: 2, existing: 0, refused: 3 })
      expect(attempt.lines).toEqual([2, 4, 5].map((line) => [line, 'account_differs']))
    }
    const names = await testDatabase.query('select name from accounts where name is not null')
    expect(names).toEqual([{ name: 'first' }, { name: 'first' }])
  })

  test('an id comes once, whatever the addresses', async () => {
    const rows = [
      { email: 'zoe@example.com', id: 7 },
      { email: 'ada@example.com', id: '7' },
      { email: 'zoe@example.com', id: 7 },
      { email: 'zoe@example.com', id: 8 },
      { email: 'bob@example.com', id: 8 },
    ]
    for (const attempt of [await rehearse(rows), await bring(rows)]) {
      expect(attempt).toMatchObject({ imported: 2, existing: 1, refused: 2 })
      expect(attempt.lines).toEqual([
        [2, 'id_taken'],
        [4, 'account_differs'],
      ])
    }
    const later = [{ email: 'late@example.com', id: 7 }]
    for (const attempt of [await rehearse(later), await bring(later)]) {
      expect(attempt.lines).toEqual([[1, 'id_taken']])
    }
  })

  test('refused lines are told by number, in order, among batches of others', async () => {
    const rows: unknown[] = Array.from({ length: 1_700 }, (_, index) => ({
      email: `p${index}@example.com`,
    }))
    rows[3] = '{'
    rows[499] = { email: 'p2@example.com', name: 'twin' }
    rows[500] = { email: 'nobody' }
    rows[1_600] = { email: 'p1@example.com', name: 'twin' }
    rows[1_699] = { email: 'last@example.com', password: 'hunter2' }
    const lines = [
      [4, 'not_json'],
      [500, 'account_differs'],
      [501, 'email_invalid'],
      [1_601, 'account_differs'],
      [1_700, 'password_in_clear'],
    ]
    for (const attempt of [await rehearse(rows), await bring(rows)]) {
      expect(attempt).toMatchObject({ rows: 1_700, imported: 1_695, refused: 5, lines })
    }
  })

  test('a rehearsal writes nothing', async () => {
    const before = await contents()
    const rows = [{ email: 'ada@example.com', roles: ['editor'] }, { email: 'bob@example.com' }]
    expect(await rehearse(rows)).toMatchObject({ imported: 2, rolesMade: ['editor'] })
    expect(await run((all) => rehearseRows(null, all), rows, {})).toMatchObject({
      imported: 2,
      rolesMade: ['editor'],
    })
    expect(await contents()).toBe(before)
  })

  test('two imports of one file at once put every row in once', async () => {
    const rows = Array.from({ length: 1_500 }, (_, index) => ({
      email: `person${(index * 7) % 1_500}@example.com`,
      roles: [`team-${index % 5}`],
    }))
    // On SQLite two handles in one process would block each other's thread.
    const other = database.kind === 'sqlite' ? database : await openHandle(testDatabase)
    const reversed = [...rows].reverse()
    const [one, two] = await Promise.all([
      bring(rows),
      run((all) => importRows(partsOf(other), all), reversed, {}),
    ])
    expect(one.imported + two.imported).toBe(1_500)
    expect(one.existing + two.existing).toBe(1_500)
    const [row] = await testDatabase.query('select count(*) as count from account_roles')
    expect(Number(row?.['count'])).toBe(1_500)
  })

  test('what is exported is imported elsewhere as the same accounts', async () => {
    await bring([
      { email: 'ada@example.com', name: 'Ada "\u00e4"', roles: ['b', 'a'], passwordHash: PBKDF2 },
      { email: 'bob@example.com', disabled: true, emailVerified: true, createdAt: 5 },
      ...Array.from({ length: 2_100 }, (_, index) => ({
        email: `p${index}@example.com`,
        id: index,
      })),
    ])
    await authenticate('ada@example.com')
    let text = ''
    for await (const page of listAccountRows(database)) text += page.text
    await using elsewhere = await open()
    const handle = await openHandle(elsewhere)
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(2_102)
    const counts = await run((all) => importRows(partsOf(handle), all), lines, {})
    expect(counts).toMatchObject({ imported: 2_102, refused: 0 })
    expect(await contents(elsewhere)).toBe(await contents())
    const again = await run((all) => importRows(partsOf(handle), all), lines, {})
    expect(again).toMatchObject({ imported: 0, existing: 2_102 })
  })

  test('an imported hash is replaced at the first login, and only by the right password', async () => {
    await bring([{ email: 'ada@example.com', passwordHash: BCRYPT }])
    await expect(authenticate('ada@example.com', `${PASSWORD}.`)).rejects.toMatchObject({
      code: 'credentials_wrong',
    })
    expect(await hashOf('ada@example.com')).toBe(BCRYPT)
    const first = await authenticate('ada@example.com')
    const hash = await hashOf('ada@example.com')
    expect(isOwnHash(hash)).toBe(true)
    expect(await authenticate('ada@example.com')).toEqual(first)
    expect(await hashOf('ada@example.com')).toBe(hash)
    await expect(authenticate('ada@example.com', `${PASSWORD}.`)).rejects.toThrow()
    // The login was no other content: a run that was interrupted still finds its rows.
    expect(await bring([{ email: 'ada@example.com', passwordHash: BCRYPT }])).toMatchObject({
      existing: 1,
    })
  })

  test('K05: an imported bcrypt hash knows 72 bytes until the first login, then all of them', async () => {
    // crypt(3) of libxcrypt, over 72 times the letter p.
    const passwordHash = '$2b$05$abcdefghijklmnopqrstuueTFRGDqVFTIfwSnwEw/V4ZpLYuQbKSG'
    await bring([{ email: 'ada@example.com', passwordHash }])
    const long = 'p'.repeat(72)
    await authenticate('ada@example.com', `${long} and more`)
    await expect(authenticate('ada@example.com', `${long} and else`)).rejects.toThrow()
    await expect(authenticate('ada@example.com', long)).rejects.toThrow()
    await authenticate('ada@example.com', `${long} and more`)
  })

  test('a login under way never puts the old password back over a new one', async () => {
    await bring([{ email: 'ada@example.com', passwordHash: WERKZEUG }])
    const real = createPasswordHasher()
    const newPassword = 'staple battery horse'
    let isChanged = false
    // The password changes after the old one was found right and before its new hash is written.
    const accounts = accountsWith({
      ...real,
      async hash(password, checkStillWanted) {
        const hash = await real.hash(password, checkStillWanted)
        if (!isChanged) {
          isChanged = true
          const [row] = await testDatabase.query('select id from accounts')
          const plain = accountsWith(real)
          const change = await plain.preparePassword({
            accountId: String(row?.['id']),
            currentPassword: PASSWORD,
            newPassword,
            by: OPERATOR,
            checkStillWanted,
          })
          await database.transaction((tx) => plain.applyPassword(tx, change))
        }
        return hash
      },
    })
    const stale = await authenticate('ada@example.com', PASSWORD, accounts)
    await expect(database.transaction((tx) => accounts.confirm(tx, stale))).rejects.toMatchObject({
      code: 'credentials_wrong',
    })
    await expect(authenticate('ada@example.com')).rejects.toMatchObject({
      code: 'credentials_wrong',
    })
    await authenticate('ada@example.com', newPassword)
  })

  test('of many first logins at once all get in, and the hash is replaced', async () => {
    await bring([{ email: 'ada@example.com', passwordHash: WERKZEUG }])
    const accounts = accountsWith()
    const logins = await Promise.all(
      Array.from({ length: 12 }, () => authenticate('ada@example.com', PASSWORD, accounts)),
    )
    expect(new Set(logins.map(({ credentialsVersion }) => credentialsVersion))).toEqual(
      new Set([1]),
    )
    expect(isOwnHash(await hashOf('ada@example.com'))).toBe(true)
    await authenticate('ada@example.com')
  })

  test('a running authority knows imported accounts at once, by their old passwords', async () => {
    await using authority = await startAuthority({ clock, settings: testDatabase.settings })
    const kinds = { ada: BCRYPT, bob: PBKDF2, eve: WERKZEUG }
    await bring([
      ...Object.entries(kinds).map(([name, passwordHash]) => ({
        email: `${name}@example.com`,
        passwordHash,
      })),
      { email: 'off@example.com', passwordHash: BCRYPT, disabled: true },
      { email: 'none@example.com' },
    ])
    for (const name of Object.keys(kinds)) {
      const { status, body } = await authority.client.login(`${name}@example.com`, PASSWORD)
      expect(status).toBe(200)
      expect((await authority.client.profile(body.accessToken)).status).toBe(200)
    }
    expect(await authority.client.login('off@example.com', PASSWORD)).toMatchObject({ status: 401 })
    expect(await authority.client.login('none@example.com', '$none')).toMatchObject({ status: 401 })
  })
})

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  databases,
  FakeClock,
  openTempFolder,
  runSignet,
  SIGNET_BIN,
  startAuthority,
  type TempFolder,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAudit } from '../src/audit/audit.ts'
import { restoreInto } from '../src/backup/restore.ts'
import { parseDatabaseAddress } from '../src/config/database-address.ts'
import { createSecretRing, MasterSecret } from '../src/config/secrets.ts'
import { MIGRATIONS, type Migration } from '../src/db/migrate.ts'
import { connectDatabase } from '../src/db/open-database.ts'
import { accountRows, writeRows } from './backup-files.ts'
import { openTestDatabase } from './open-test-database.ts'

const NEWEST = MIGRATIONS.length
const clock = new FakeClock()

/** Waits for a process in the middle of its work. */
const timeout = 120_000

let folder: TempFolder

beforeAll(async () => {
  folder = await openTempFolder()
  await writeRows(fileIn('many.gz'), [accountRows(50_000)])
})
afterAll(() => folder[Symbol.asyncDispose]())

const signet = (words: string[], settings: Record<string, string>) =>
  runSignet(words, { cwd: folder.path, settings })

const fileIn = (name: string) => join(folder.path, name)

const ADMIN = { table: 'roles', rows: [{ name: 'admin', scopes: '', created_at: 1 }] } as const

const grant = (accountId: string) =>
  ({ table: 'account_roles', rows: [{ account_id: accountId, role: 'admin' }] }) as const

describe('the file', () => {
  let good: Buffer

  beforeAll(async () => {
    const path = await writeRows(fileIn('good.gz'), [ADMIN, accountRows(2_000)])
    good = await readFile(path)
  })

  const changedInTheMiddle = () => {
    const changed = Buffer.from(good)
    const middle = changed.length >> 1
    changed.writeUInt8(changed.readUInt8(middle) ^ 1, middle)
    return changed
  }

  test.each<[string, number, RegExp, () => Uint8Array | null]>([
    ['that is not there', 2, /no such file/, () => null],
    ['that is of another kind', 3, /no backup of Signet/, () => Buffer.from('PGDMP\u0001\u000e')],
    ['that is empty', 3, /no backup of Signet/, () => Buffer.alloc(0)],
    ['that was cut', 3, /damaged or not whole/, () => good.subarray(0, good.length - 100)],
    ['with a changed byte', 3, /damaged or not whole/, changedInTheMiddle],
  ])('%s ends it with %i, and nothing was made', async (_what, code, why, content) => {
    await using place = await openTempFolder()
    const bytes = content()
    if (bytes !== null) await writeFile(join(place.path, 'backup.gz'), bytes)
    const before = await readdir(place.path)
    const run = await runSignet(['restore', 'backup.gz'], { cwd: place.path })
    expect(run).toMatchObject({ code, stdout: '' })
    expect(run.stderr).toMatch(/^signet: .+\n$/)
    expect(run.stderr).toMatch(why)
    expect(await readdir(place.path)).toEqual(before)
  })

  test('of a newer schema ends it with 2, and nothing was made', async () => {
    await using place = await openTempFolder()
    const path = await writeRows(join(place.path, 'backup.gz'), [], { schemaVersion: NEWEST + 1 })
    const run = await runSignet(['restore', path], { cwd: place.path })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(`version ${NEWEST + 1}`)
    expect(await readdir(place.path)).toEqual(['backup.gz'])
  })

  test('that this user may not read ends it with 9', async () => {
    await using place = await openTempFolder()
    await chmod(place.path, 0o755)
    const path = join(place.path, 'backup.gz')
    await writeFile(path, good, { mode: 0o000 })
    const isRoot = process.getuid?.() === 0
    const child = spawn(process.execPath, [SIGNET_BIN, 'restore', path], {
      cwd: place.path,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
    })
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ code: child.exitCode, stderr }).toEqual({
      code: 9,
      stderr: `signet: ${path}: this user may not\n`,
    })
  })

  test('and --in-place exclude each other, and one of them is needed', async () => {
    for (const words of [[], ['good.gz', '--in-place']]) {
      const run = await signet(['restore', ...words], {})
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toContain('name either the file of a backup or --in-place')
    }
  })
})

describe.each(databases)('on $name', ({ name, open }) => {
  let database: TestDatabase

  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database[Symbol.asyncDispose]())

  const count = async (table: string) => (await database.query(`select 1 from ${table}`)).length

  const connect = () => {
    const address = parseDatabaseAddress(database.settings.SIGNET_DATABASE_URL, '/')
    if (address === null) throw new Error('the test kit gave an address that is none')
    return connectDatabase(address)
  }

  test('a database with accounts is left as it is', async () => {
    const [one, other] = [accountRows(1), accountRows(2)]
    const first = await writeRows(fileIn('first.gz'), [one])
    const second = await writeRows(fileIn('second.gz'), [{ ...other, rows: other.rows.slice(1) }])
    expect(await signet(['restore', first], database.settings)).toMatchObject({ code: 0 })
    const run = await signet(['restore', second], database.settings)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/has accounts, roles or clients already: .*SIGNET_DATABASE_URL/)
    expect(await database.query('select id from accounts')).toEqual([{ id: one.rows[0]?.['id'] }])
  })

  test('nothing is done while an authority answers, whichever way', async () => {
    await using authority = await startAuthority({ settings: { ...database.settings } })
    const path = await writeRows(fileIn('running.gz'), [ADMIN])
    const settings = { ...database.settings, SIGNET_PORT: String(authority.config.port) }
    for (const words of [[path], ['--in-place', '--yes']]) {
      const run = await signet(['restore', ...words], settings)
      expect(run).toMatchObject({ code: 9, stdout: '' })
      expect(run.stderr).toContain(`an authority is running at ${authority.config.issuer}`)
    }
    expect([await count('roles'), await count('signing_keys')]).toEqual([0, 2])
  })

  test('rows that the database refuses leave nothing of the others', async () => {
    const path = await writeRows(fileIn('broken.gz'), [
      ADMIN,
      accountRows(1_500),
      grant('acc_none'),
    ])
    const run = await signet(['restore', path], database.settings)
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toMatch(/^signet: .*(FOREIGN KEY|foreign key).*\n$/)
    await expectNothing()
  })

  test.each(['SIGINT', 'SIGKILL'] as const)(
    '%s in the middle leaves nothing',
    { timeout },
    async (signal) => {
      const child = spawn(process.execPath, [SIGNET_BIN, 'restore', fileIn('many.gz')], {
        cwd: folder.path,
        env: { ...process.env, ...database.settings },
        stdio: 'ignore',
      })
      const ended = once(child, 'exit')
      await waitUntil('rows are being inserted', () => isInserting())
      child.kill(signal)
      await ended
      expect([child.exitCode, child.signalCode]).toEqual(
        signal === 'SIGINT' ? [130, null] : [null, 'SIGKILL'],
      )
      await expectNothing()
    },
  )

  /** Uncommitted rows: in the write-ahead log of the file, or those of the session of a client. */
  async function isInserting(): Promise<boolean> {
    if (name === 'SQLite') {
      const log = `${database.settings.SIGNET_DATABASE_URL.slice('sqlite:'.length)}-wal`
      const size = await stat(log).then(
        (found) => found.size,
        () => 0,
      )
      return size > 1_000_000
    }
    const rows = await database.query(
      `select 1 from pg_stat_activity where application_name = 'signet' and query ilike 'insert into "accounts"%'`,
    )
    return rows.length > 0
  }

  async function expectNothing(): Promise<void> {
    if (name === 'PostgreSQL') {
      await waitUntil('the server has dropped the connection', async () => {
        const rows = await database.query(
          "select 1 from pg_stat_activity where application_name = 'signet' and datname = current_database()",
        )
        return rows.length === 0
      })
    }
    const handle = await connect()
    try {
      expect(await handle.query.introspection.getTables()).toEqual([])
    } finally {
      await handle.close()
    }
  }

  test('a backup of the first version becomes a database of the newest', async () => {
    const { rows } = accountRows(1)
    const id = String(rows[0]?.['id'])
    const path = await writeRows(
      fileIn('first-version.gz'),
      [ADMIN, { table: 'accounts', rows }, grant(id)],
      {
        schemaVersion: 1,
      },
    )
    expect(await signet(['restore', path], database.settings)).toMatchObject({ code: 0 })
    expect(await database.query('select max(version) as version from migrations')).toEqual([
      { version: NEWEST },
    ])
    expect(await database.query('select account_id, role from account_roles')).toEqual([
      { account_id: id, role: 'admin' },
    ])
  })

  // A step that a backup of today does not know.
  const NOTE: Migration = {
    name: 'note',
    async up(db) {
      await db.schema
        .alterTable('roles')
        .addColumn('note', 'text', (column) => column.notNull().defaultTo('none'))
        .execute()
    },
  }

  test('rows go into the tables of their own version, which the next steps then change', async () => {
    const path = await writeRows(fileIn('steps.gz'), [ADMIN])
    const handle = await connect()
    try {
      const migrations = [...MIGRATIONS, NOTE]
      const secrets = createSecretRing([new MasterSecret(randomBytes(32))])
      const audit = createAudit({ database: handle, secrets, clock })
      await restoreInto(handle, {
        path,
        schemaVersion: NEWEST,
        migrations,
        audit,
        clock,
        formerKeys: [],
      })
    } finally {
      await handle.close()
    }
    expect(await database.query('select name, note from roles')).toEqual([
      { name: 'admin', note: 'none' },
    ])
  })

  test('an empty database that is newer than the backup is left as it is', async () => {
    const path = await writeRows(fileIn('older.gz'), [ADMIN], { schemaVersion: 1 })
    await (await openTestDatabase(database, clock)).close()
    const run = await signet(['restore', path], database.settings)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(`version ${NEWEST} already and the backup 1`)
    expect(await count('roles')).toBe(0)
  })

  test('--in-place asks, and takes no answer from anybody but a person', async () => {
    await using authority = await startAuthority({ settings: { ...database.settings } })
    await authority.client.signup('ada@example.com', 'correct horse battery')
    await authority.stop()
    const run = await runSignet(['restore', '--in-place'], {
      cwd: folder.path,
      settings: database.settings,
      stdin: 'yes\n',
    })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/ends every session .* say --yes/)
    expect([await count('sessions'), await count('signing_keys')]).toEqual([1, 2])
  })

  test('--in-place makes no database where there is none', async () => {
    const run = await signet(['restore', '--in-place', '--yes'], database.settings)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('there is no database of Signet at')
    if (name === 'SQLite')
      await expect(stat(database.settings.SIGNET_DATABASE_URL.slice(7))).rejects.toThrow('ENOENT')
  })
})

test('a restore in development makes the secret that the next start needs', async () => {
  await using place = await openTempFolder()
  await mkdir(join(place.path, 'data'))
  const path = await writeRows(fileIn('development.gz'), [ADMIN])
  const run = await runSignet(['restore', path], { cwd: place.path })
  expect(run.code).toBe(0)
  expect((await readdir(join(place.path, 'data'))).sort()).toEqual(['signet.db', 'signet.secret'])
  const settings = { SIGNET_DATABASE_URL: `sqlite:${join(place.path, 'data', 'signet.db')}` }
  await using authority = await startAuthority({ settings })
  expect((await authority.client.call('/health/live')).status).toBe(200)
})

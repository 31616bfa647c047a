import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  databases,
  FakeClock,
  openSqliteDatabase,
  openTempFolder,
  runSignet,
  SIGNET_BIN,
  startAuthority,
  type TempFolder,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeBackup } from '../src/backup/backup.ts'
import { insertRows } from '../src/backup/backup-store.ts'
import { parseConfig } from '../src/config/config.ts'
import { MIGRATIONS } from '../src/db/migrate.ts'
import { accountRows, linesOf, rowsIn } from './backup-files.ts'
import { openTestDatabase } from './open-test-database.ts'

const PASSWORD = 'correct horse battery'
const CLOCK = new FakeClock(Date.UTC(2030, 0, 2, 3, 4, 5))

let folder: TempFolder

beforeAll(async () => {
  folder = await openTempFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

let number = 0
function newPath(): string {
  number += 1
  return join(folder.path, `backup-${number}.gz`)
}

const signet = (words: string[], { settings }: { settings: Record<string, string> }) =>
  runSignet(words, { cwd: folder.path, settings })

describe.each(databases)('a backup of $name', ({ open }) => {
  let database: TestDatabase

  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database[Symbol.asyncDispose]())

  test('has accounts, roles, clients and the ids of the keys in it, and nothing that signs or continues a session', async () => {
    await using authority = await startAuthority({ settings: { ...database.settings } })
    await authority.client.signup('ada@example.com', PASSWORD)
    await database.query("insert into roles (name, scopes, created_at) values ('admin', 'a b', 1)")
    await database.query(
      "insert into account_roles (account_id, role) select id, 'admin' from accounts",
    )
    await database.query("insert into clients values ('cli_1','c','','','','h',null,1,null,null,1)")
    const path = newPath()
    const run = await signet(['backup', path, '--json'], database)
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('password hashes') })
    expect(JSON.parse(run.stdout)).toMatchObject({ file: path, accounts: 1, roles: 1, clients: 1 })

    const [account] = await database.query('select * from accounts')
    const [client] = await database.query('select * from clients')
    const keys = await database.query('select kid, sealed_jwk from signing_keys order by kid')
    const [header, ...lines] = await linesOf(path)
    expect(header).toEqual({
      format: 'signet-backup',
      formatVersion: 1,
      schemaVersion: MIGRATIONS.length,
      createdAt: expect.any(Number),
      issuer: 'http://localhost:3000',
    })
    expect(lines).toEqual([
      { table: 'roles', row: { name: 'admin', scopes: 'a b', created_at: 1 } },
      { table: 'accounts', row: account },
      { table: 'account_roles', row: { account_id: account?.['id'], role: 'admin' } },
      { table: 'clients', row: client },
      ...keys.map(({ kid }) => ({ table: 'keys', row: { kid } })),
      {
        end: {
          counts: { roles: 1, accounts: 1, account_roles: 1, clients: 1, keys: 2 },
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    ])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('decides about every table that there is', async () => {
    const handle = await openTestDatabase(database, CLOCK)
    const tables = await handle.query.introspection.getTables()
    await handle.close()
    const inside = ['accounts', 'account_roles', 'roles', 'clients']
    // What ends or is made anew by a restore, what the database says of itself, what stays behind.
    const outside = ['sessions', 'signing_keys', 'revocations', 'revocation_log', 'migrations']
    const audit = ['audit', 'audit_points']
    expect(tables.map(({ name }) => name).sort()).toEqual([...inside, ...outside, ...audit].sort())
  })

  test('is of one moment, however much is written meanwhile, and the authority answers all along', async () => {
    await using authority = await startAuthority({ settings: { ...database.settings } })
    const { client } = authority
    let { refreshToken } = (await client.signup('ada@example.com', PASSWORD)).body
    const writer = await openTestDatabase(database, CLOCK)
    const { rows } = accountRows(2_600)
    await insertWithRole(writer, rows.slice(0, 2_500))
    const left = rows.slice(2_500)

    // Between any two pieces of the backup an account gets a role, another comes with one, and a
    // session goes on.
    const pieces: Buffer[] = []
    const statuses: number[] = []
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, done) {
        pieces.push(chunk)
        meanwhile().then(() => done(), done)
      },
    })
    async function meanwhile() {
      await insertWithRole(writer, left.splice(0, 1))
      await writer.query
        .deleteFrom('account_roles')
        .where('account_id', '=', rows[0]?.['id'] as string)
        .execute()
      const { status, body } = await client.refresh(refreshToken)
      refreshToken = body.refreshToken
      statuses.push(status)
    }
    await writeBackup(configOf(database), { to: slow })
    await writer.close()

    const path = newPath()
    await writeFile(path, Buffer.concat(pieces))
    const accounts = (await rowsIn(path, 'accounts')).map(({ id }) => id)
    const grants = (await rowsIn(path, 'account_roles')).map(({ account_id }) => account_id)
    expect(statuses.length).toBeGreaterThan(10)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(accounts).toHaveLength(2_501)
    expect(grants.sort()).toEqual(
      accounts.filter((id) => rows.some((row) => row['id'] === id)).sort(),
    )
  })

  test('is refused where there is no Signet, and changes nothing', async () => {
    const run = await signet(['backup', newPath()], database)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('there is no database of Signet at')
    expect(run.stderr).toContain('SIGNET_DATABASE_URL')
    expect(run.stderr).not.toContain(database.settings.SIGNET_SECRET)
  })
})

async function insertWithRole(
  writer: Awaited<ReturnType<typeof openTestDatabase>>,
  rows: ReturnType<typeof accountRows>['rows'],
) {
  await writer.transaction(async (tx) => {
    await tx.query
      .insertInto('roles')
      .values({ name: 'member', scopes: '', created_at: 1 })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    for (let from = 0; from < rows.length; from += 500) {
      const some = rows.slice(from, from + 500)
      await insertRows(tx, { table: 'accounts', rows: some })
      const grants = some.map(({ id = null }) => ({ account_id: id, role: 'member' }))
      await insertRows(tx, { table: 'account_roles', rows: grants })
    }
  })
}

function configOf({ settings }: TestDatabase) {
  return parseConfig(settings, 'development', folder.path)
}

describe('the file of a backup', () => {
  let database: TestDatabase

  beforeAll(async () => {
    database = await openSqliteDatabase()
    await (await openTestDatabase(database, CLOCK)).close()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  test('is not overwritten, unless --force says so', async () => {
    const path = newPath()
    await writeFile(path, 'something else')
    const refused = await signet(['backup', path], database)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(
      /^signet: \S+: there is such a file already; --force replaces it\n$/,
    )
    expect(await readFile(path, 'utf8')).toBe('something else')
    expect(await signet(['backup', path, '--force'], database)).toMatchObject({ code: 0 })
    expect(await linesOf(path)).toHaveLength(2)
  })

  test.each<[string, string, RegExp]>([
    ['in a folder that is not there', 'nowhere/backup.gz', /no such file or folder/],
    ['that is a folder', '.', /it is no file/],
    ['that is a device', '/dev/null', /it is no file/],
  ])('%s is refused with 2, also with --force', async (_what, path, why) => {
    const run = await signet(['backup', path, '--force'], database)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/^signet: .+\n$/)
    expect(run.stderr).toMatch(why)
  })

  test('that may not become so large is refused with 2, and nothing is left of it', async () => {
    await using large = await openSqliteDatabase()
    const writer = await openTestDatabase(large, CLOCK)
    const { rows } = accountRows(20_000)
    await insertWithRole(writer, rows)
    await writer.close()
    const target = join(folder.path, 'limited')
    await mkdir(target)
    const child = spawn(
      'bash',
      ['-c', `ulimit -f 100; exec "$0" "$@"`, process.execPath, SIGNET_BIN, 'backup', 'backup.gz'],
      {
        cwd: target,
        env: { ...process.env, ...large.settings },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ code: child.exitCode, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('signet: backup.gz: files there may not become so large\n'),
    })
    expect(await readdir(target)).toEqual([])
  })

  test('that is stdout goes there, and says so where nobody else reads', async () => {
    const child = spawn(
      'bash',
      ['-c', `"$0" "$@" > backup-of-stdout.gz`, process.execPath, SIGNET_BIN, 'backup', '-'],
      {
        cwd: folder.path,
        env: { ...process.env, ...database.settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect(child.exitCode).toBe(0)
    expect(stderr).toContain('0 accounts, 0 roles, 0 clients written')
    expect(await linesOf(join(folder.path, 'backup-of-stdout.gz'))).toHaveLength(2)
  })

  test.each([
    ['is full', '> /dev/full', /ENOSPC.*no whole backup/],
    ['stops reading', '| true', /EPIPE.*no whole backup/],
  ])('that is a stdout which %s ends with 1', async (_what, redirection, why) => {
    const child = spawn(
      'bash',
      [
        '-c',
        `set -o pipefail; "$0" "$@" ${redirection}`,
        process.execPath,
        SIGNET_BIN,
        'backup',
        '-',
      ],
      { env: { ...process.env, ...database.settings }, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ code: child.exitCode, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(why),
    })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'is not there after %s, which ends it with 130',
    async (signal) => {
      await using large = await openSqliteDatabase()
      const writer = await openTestDatabase(large, CLOCK)
      await insertWithRole(writer, accountRows(60_000).rows)
      await writer.close()
      const target = join(folder.path, signal)
      await mkdir(target)
      const child = spawn(process.execPath, [SIGNET_BIN, 'backup', 'backup.gz'], {
        cwd: target,
        env: { ...process.env, ...large.settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      await waitUntil('the backup has begun', async () => (await readdir(target)).length > 0)
      child.kill(signal)
      const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
      expect({ code: child.exitCode, stderr }).toEqual({
        code: 130,
        stderr: 'signet: interrupted: there is no backup\n',
      })
      expect(await readdir(target)).toEqual([])
    },
  )
})

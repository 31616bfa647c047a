import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  databases,
  FakeClock,
  openSqliteDatabase,
  openTempFolder,
  querySqliteFile,
  runSignet,
  spawnAuthority,
  type TestDatabase,
} from '@signet/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DatabaseAddress, parseDatabaseAddress } from '../src/config/database-address.ts'
import { MIGRATIONS, type Migration, planMigrations } from '../src/db/migrate.ts'
import { connectDatabase, openDatabase, type Upgrade } from '../src/db/open-database.ts'
import { openTestDatabase } from './open-test-database.ts'

// What the next step will meet is tried with steps made up here.

/** The version that this program makes; the made-up steps lead beyond it. */
const NEWEST = MIGRATIONS.length
const NAMES = MIGRATIONS.map(({ name }) => name)

const clock = new FakeClock(Date.UTC(2030, 0, 2, 3, 4, 5))

const NOTE: Migration = {
  name: 'note',
  async up(db) {
    await db.schema.alterTable('roles').addColumn('note', 'text').execute()
  },
}

const BROKEN: Migration = {
  name: 'broken',
  async up(db) {
    await db.schema.dropTable('account_roles').execute()
    await db.schema.alterTable('nowhere').addColumn('note', 'text').execute()
  },
}

function addressOf({ settings }: TestDatabase): DatabaseAddress {
  const address = parseDatabaseAddress(settings.SIGNET_DATABASE_URL, '/')
  if (address === null) throw new Error('the test kit gave an address that is none')
  return address
}

const pathOf = ({ settings }: TestDatabase) => settings.SIGNET_DATABASE_URL.slice('sqlite:'.length)

/** With a row in it. */
async function makeOlder(database: TestDatabase): Promise<void> {
  await (await openTestDatabase(database, clock)).close()
  await database.query("insert into roles (name, scopes, created_at) values ('admin', '', 1)")
}

async function namesIn(database: TestDatabase): Promise<unknown[]> {
  const rows = await database.query('select name from migrations order by version')
  return rows.map(({ name }) => name)
}

describe.each(databases)('on $name', ({ open }) => {
  let database: TestDatabase

  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database[Symbol.asyncDispose]())

  test('an older database gets the steps that it lacks and keeps its rows', async () => {
    await makeOlder(database)
    const upgrades: Upgrade[] = []
    const handle = await openDatabase(addressOf(database), {
      clock,
      migrations: [...MIGRATIONS, NOTE],
      onUpgrade: (upgrade) => upgrades.push(upgrade),
    })
    await handle.close()
    expect(upgrades).toEqual([
      { from: NEWEST, to: NEWEST + 1, copy: handle.kind === 'sqlite' ? expect.any(String) : null },
    ])
    expect(await database.query('select * from roles')).toEqual([
      { name: 'admin', scopes: '', created_at: 1, note: null },
    ])
    expect(await namesIn(database)).toEqual([...NAMES, 'note'])
  })

  test('a plan names the steps and changes nothing', async () => {
    const handle = await connectDatabase(addressOf(database))
    try {
      expect(await planMigrations(handle, [...MIGRATIONS, NOTE])).toEqual({
        from: 0,
        to: NEWEST + 1,
        pending: [...NAMES, 'note'],
      })
      expect(await handle.query.introspection.getTables()).toEqual([])
    } finally {
      await handle.close()
    }
  })

  test('a step that fails leaves the older version whole, and the next start upgrades it', async () => {
    await makeOlder(database)
    const open = (...steps: Migration[]) =>
      openDatabase(addressOf(database), { clock, migrations: [...MIGRATIONS, ...steps] })
    await expect(open(NOTE, BROKEN)).rejects.toThrow('nowhere')
    expect(await database.query('select * from roles')).toEqual([
      { name: 'admin', scopes: '', created_at: 1 },
    ])
    expect(await database.query('select * from account_roles')).toEqual([])
    expect(await namesIn(database)).toEqual(NAMES)
    await (await open(NOTE)).close()
    expect(await database.query('select note from roles')).toEqual([{ note: null }])
  })

  test('a newer database is refused', async () => {
    await makeOlder(database)
    await database.query("insert into migrations values (99, 'from-the-future', 0)")
    await expect(openDatabase(addressOf(database), { clock })).rejects.toThrow(
      /version 99.*newer Signet/,
    )
  })

  test('of several processes that start at once on an older database one upgrades it, all start', async () => {
    await makeOlder(database)
    const said = await startAtOnce(database, 6)
    expect(said.filter(({ code }) => code !== 0)).toEqual([])
    expect(said.filter(({ upgrades }) => upgrades.length > 0)).toHaveLength(1)
    expect(await namesIn(database)).toEqual([...NAMES, 'note'])
  })
})

/** Every one of them waits for the others before it opens the database; built files, as in real life. */
async function startAtOnce(database: TestDatabase, count: number) {
  const dist = new URL('../dist/', import.meta.url)
  const script = `
    const { openDatabase } = await import('${dist}db/open-database.js')
    const { MIGRATIONS } = await import('${dist}db/migrate.js')
    const { parseDatabaseAddress } = await import('${dist}config/database-address.js')
    const up = (db) => db.schema.alterTable('roles').addColumn('note', 'text').execute()
    process.stdout.write('ready\\n')
    process.stdin.once('data', async () => {
      const database = await openDatabase(parseDatabaseAddress(process.env.URL, '/'), {
        migrations: [...MIGRATIONS, { name: 'note', up }],
        onUpgrade: (upgrade) => process.stdout.write(JSON.stringify(upgrade) + '\\n'),
      })
      await database.close()
      process.stdin.destroy()
    })`
  const children: ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, URL: database.settings.SIGNET_DATABASE_URL },
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: 25_000,
    }),
  )
  const outputs = children.map(({ stdout }) => text(stdout as NodeJS.ReadableStream))
  await Promise.all(children.map(({ stdout }) => once(stdout as NodeJS.ReadableStream, 'readable')))
  const ends = children.map((child) => once(child, 'exit'))
  for (const { stdin } of children) stdin?.write('go\n')
  await Promise.all(ends)
  const texts = await Promise.all(outputs)
  return children.map(({ exitCode }, index) => ({
    code: exitCode,
    upgrades: texts[index]?.trim().split('\n').slice(1) ?? [],
  }))
}

describe('the copy of an SQLite file', () => {
  const upgrade = (database: TestDatabase) =>
    openDatabase(addressOf(database), { clock, migrations: [...MIGRATIONS, NOTE] })

  test('is whole, of the older version and for its owner only', async () => {
    await using database = await openSqliteDatabase()
    await makeOlder(database)
    await (await upgrade(database)).close()
    const copy = `${pathOf(database)}.version-${NEWEST}-20300102T030405Z`
    expect((await stat(copy)).mode & 0o777).toBe(0o600)
    expect(await querySqliteFile(copy, 'select * from roles')).toEqual([
      { name: 'admin', scopes: '', created_at: 1 },
    ])
    expect(await querySqliteFile(copy, 'pragma integrity_check')).toEqual([
      { integrity_check: 'ok' },
    ])
  })

  test('is made neither of an empty database nor of one that is not older', async () => {
    await using database = await openSqliteDatabase()
    await (await upgrade(database)).close()
    await (await upgrade(database)).close()
    const names = await readdir(dirname(pathOf(database)))
    expect(names.filter((name) => name.includes('version'))).toEqual([])
  })

  test('that cannot be written stops the upgrade', async () => {
    await using database = await openSqliteDatabase()
    await makeOlder(database)
    await mkdir(`${pathOf(database)}.version-${NEWEST}-20300102T030405Z`)
    await expect(upgrade(database)).rejects.toThrow(/copy.*nothing was changed/)
    expect(await namesIn(database)).toEqual(NAMES)
    const names = await readdir(dirname(pathOf(database)))
    expect(names.filter((name) => name.includes('partial'))).toEqual([])
  })
})

describe('signet migrate', () => {
  const settingsOf = (folder: string) => ({
    SIGNET_DATABASE_URL: `sqlite:${folder}/data/signet.db`,
  })

  test('--plan makes no file that is not there', async () => {
    await using folder = await openTempFolder()
    const plan = (...words: string[]) =>
      runSignet(['migrate', '--plan', ...words], { cwd: folder.path })
    const [people, machine] = await Promise.all([plan(), plan('--json')])
    expect(people).toMatchObject({ code: 0, stderr: '' })
    expect(people.stdout).toBe(
      `version 0 -> ${NEWEST}\n${NAMES.map((name) => `  ${name}\n`).join('')}`,
    )
    expect(JSON.parse(machine.stdout)).toEqual({ from: 0, to: NEWEST, pending: NAMES })
    expect(await readdir(folder.path)).toEqual([])
  })

  test('--plan leaves a file that is there as it is', async () => {
    await using database = await openSqliteDatabase()
    await makeOlder(database)
    await database.query('pragma wal_checkpoint(truncate)')
    const before = await readFile(pathOf(database))
    const run = await runSignet(['migrate', '--plan'], { cwd: '/', settings: database.settings })
    expect(run).toEqual({ code: 0, stdout: `version ${NEWEST}: nothing to do\n`, stderr: '' })
    expect((await readFile(pathOf(database))).equals(before)).toBe(true)
  })

  test.each([[['migrate', '--plan']], [['doctor']]])(
    'as %j leaves what a killed authority left behind as it is',
    async (words) => {
      await using authority = await spawnAuthority()
      const { client, folder, settings } = authority
      await client.signup('ada@example.com', 'correct horse battery')
      await authority.stop('SIGKILL')
      const path = join(folder, 'data', 'signet.db')
      const production = {
        SIGNET_ISSUER: authority.url,
        SIGNET_DATABASE_URL: `sqlite:${path}`,
        SIGNET_SECRET: (await readFile(join(folder, 'data', 'signet.secret'), 'utf8')).trim(),
      }
      const read = () => Promise.all([readFile(path), readFile(`${path}-wal`)])
      const before = await read()
      const run = await runSignet(words, { cwd: folder, settings: { ...settings, ...production } })
      expect(run.stdout).toContain(`version ${NEWEST}`)
      const after = await read()
      expect(after.map((bytes, index) => before[index]?.equals(bytes))).toEqual([true, true])
      expect(before[1].length).toBeGreaterThan(0)
      await authority.start()
      expect((await client.login('ada@example.com', 'correct horse battery')).status).toBe(200)
    },
  )

  test('makes a database that an authority starts on, and then has nothing to do', async () => {
    await using folder = await openTempFolder()
    const settings = settingsOf(folder.path)
    const first = await runSignet(['migrate'], { cwd: folder.path, settings })
    expect(first).toEqual({ code: 0, stdout: `version 0 -> ${NEWEST}\n`, stderr: '' })
    expect((await readdir(join(folder.path, 'data'))).sort()).toEqual([
      'signet.db',
      'signet.secret',
    ])
    const second = await runSignet(['migrate', '--json'], { cwd: folder.path, settings })
    expect(second.code).toBe(0)
    expect(JSON.parse(second.stdout)).toEqual({ from: NEWEST, to: NEWEST, copy: null })
  })

  test('refuses a newer database with 2', async () => {
    await using database = await openSqliteDatabase()
    await makeOlder(database)
    await database.query("insert into migrations values (99, 'from-the-future', 0) returning name")
    for (const words of [['migrate'], ['migrate', '--plan']]) {
      const run = await runSignet(words, { cwd: '/', settings: database.settings })
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toMatch(/version 99.*newer Signet/)
    }
  })
})

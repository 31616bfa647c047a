import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  databases,
  openPostgresDatabase,
  openSqliteDatabase,
  openTempFolder,
  runSignet,
  type StartedAuthority,
  type StartedService,
  startAuthority,
  startService,
  type TestDatabase,
  type TokenAnswer,
  waitUntil,
} from '@signet/testkit'
import { createKeySet } from '@signet/token'
import { describe, expect, test } from 'vitest'
import { rowsIn, writeRows } from './backup-files.ts'

const PASSWORD = 'correct horse battery'
const ADA = 'ada@example.com'

/** Each starts several processes, one after the other. */
const timeout = 120_000

/** Everything that an owner or a thief may hold from before a restore. */
interface Past {
  readonly accessTokens: string[]
  readonly refreshTokens: string[]
  readonly kids: string[]
  /** Follow the feed; one of them keeps the keys of before, whatever is published. */
  readonly services: readonly StartedService[]
}

const signet = (words: string[], settings: Record<string, string>) =>
  runSignet(words, { cwd: '/', settings })

/** The settings of a database for a command, with the issuer of the authority that runs on it. */
function settingsFor(database: TestDatabase, { config }: StartedAuthority): Record<string, string> {
  return { ...database.settings, SIGNET_PORT: String(config.port) }
}

async function kidsOf({ client }: StartedAuthority): Promise<string[]> {
  const { body } = await client.call<{ keys: { kid: string }[] }>('/.well-known/jwks.json')
  return body.keys.map(({ kid }) => kid)
}

/** A service that follows the authority, and one that keeps the keys of now for ever. */
async function startServices(
  authority: StartedAuthority,
): Promise<AsyncDisposable & { services: StartedService[] }> {
  const { issuer } = authority.config
  const { body } = await authority.client.call<{ keys: object[] }>('/.well-known/jwks.json')
  const services = [
    await startService({ issuer, audience: issuer }),
    await startService({ issuer, audience: issuer, keys: createKeySet(body) }),
  ]
  await Promise.all(services.map(({ guard }) => guard.ready()))
  return {
    services,
    async [Symbol.asyncDispose]() {
      for (const service of services) await service[Symbol.asyncDispose]()
    },
  }
}

/** Nothing of it works: not at the authority, and not at a service that followed the one before. */
async function expectOver(authority: StartedAuthority, past: Past): Promise<void> {
  const { client } = authority
  for (const token of past.refreshTokens) {
    const { status, body } = await client.refresh(token)
    expect([status, body.code]).toEqual([401, 'refresh_invalid'])
  }
  for (const token of past.accessTokens) {
    expect((await client.profile(token)).status).toBe(401)
    for (const service of past.services) {
      await waitUntil('the service refuses', async () => (await service.statusOf(token)) === 401)
      expect(await service.statusOf(token, '/strict')).toBe(401)
    }
  }
  const kids = await kidsOf(authority)
  expect(kids).toHaveLength(2)
  expect(kids.filter((kid) => past.kids.includes(kid))).toEqual([])
  const { body } = await client.call<{ entries: object[] }>('/revocations')
  for (const id of past.kids) {
    expect(body.entries).toContainEqual({ kind: 'key', id, expiresAt: null })
  }
}

async function expectNewLogin(authority: StartedAuthority, past: Past): Promise<void> {
  const { status, body } = await authority.client.login(ADA, PASSWORD)
  expect([status, body.user?.roles]).toEqual([200, ['admin']])
  expect((await authority.client.profile(body.accessToken)).status).toBe(200)
  expect((await authority.client.refresh(body.refreshToken)).status).toBe(200)
  await waitUntil('the service knows the new keys', async () => {
    return (await past.services[0]?.statusOf(body.accessToken, '/admin')) === 200
  })
}

async function createAda(settings: Record<string, string>): Promise<void> {
  const run = await runSignet(['user', 'create', ADA, '--role', 'admin'], {
    cwd: '/',
    settings,
    stdin: PASSWORD,
  })
  expect(run.code).toBe(0)
}

const PAIRS = databases.flatMap((source) => databases.map((target) => ({ source, target })))

describe.each(PAIRS)(
  'R13 a backup of $source.name restored into $target.name',
  ({ source, target }) => {
    test('brings back accounts and roles, and no token or key from before works', {
      timeout,
    }, async () => {
      await using old = await source.open()
      await using fresh = await target.open()
      await using folder = await openTempFolder()
      await using authority = await startAuthority({ settings: { ...old.settings } })
      const { client } = authority
      const path = join(folder.path, 'backup.gz')
      await createAda(settingsFor(old, authority))
      await using followers = await startServices(authority)
      const { services } = followers

      const before = (await client.login(ADA, PASSWORD)).body
      expect(await signet(['backup', path], settingsFor(old, authority))).toMatchObject({ code: 0 })
      const gone = (await client.login(ADA, PASSWORD)).body
      await client.logout(gone.accessToken)
      const refreshed = (await client.refresh(before.refreshToken)).body
      const again = (await client.refresh(refreshed.refreshToken)).body
      const late = (await client.signup('late@example.com', PASSWORD)).body
      const answers: TokenAnswer[] = [before, gone, refreshed, again, late]
      const past: Past = {
        accessTokens: answers.map(({ accessToken }) => accessToken),
        refreshTokens: answers.map(({ refreshToken }) => refreshToken),
        kids: await kidsOf(authority),
        services,
      }
      for (const service of services) {
        expect(await service.statusOf(again.accessToken, '/strict')).toBe(200)
      }

      await authority.stop()
      const run = await signet(['restore', path, '--json'], settingsFor(fresh, authority))
      expect(run.code).toBe(0)
      expect(JSON.parse(run.stdout)).toMatchObject({ accounts: 1, roles: 1 })
      // The same master secret as before: what a restore promises does not hang on another.
      const { SIGNET_SECRET } = old.settings
      await authority.start({ ...fresh.settings, SIGNET_SECRET })

      await expectOver(authority, past)
      await expectNewLogin(authority, past)
      expect((await client.login('late@example.com', PASSWORD)).status).toBe(401)
      expect(await fresh.query('select count(*) as count from sessions')).toEqual([{ count: 1 }])
    })
  },
)

describe.each([
  { name: 'SQLite', open: openSqliteDatabase, copy: copySqlite },
  { name: 'PostgreSQL', open: openPostgresDatabase, copy: copyPostgres },
])('R13 a database on $name that was put back by other means', ({ open, copy }) => {
  test('is made a new beginning by --in-place', { timeout }, async () => {
    await using database = await open()
    await using authority = await startAuthority({ settings: { ...database.settings } })
    const { client } = authority
    await createAda(settingsFor(database, authority))
    await using followers = await startServices(authority)
    const { services } = followers
    const kept = (await client.login(ADA, PASSWORD)).body
    const ended = (await client.login(ADA, PASSWORD)).body
    await authority.stop()
    await using older = await copy(database)
    await authority.start()

    const ahead = (await client.refresh(kept.refreshToken)).body
    await client.logout(ended.accessToken)
    const late = (await client.login(ADA, PASSWORD)).body
    const answers = [kept, ended, ahead, late]
    const past: Past = {
      accessTokens: answers.map(({ accessToken }) => accessToken),
      refreshTokens: answers.map(({ refreshToken }) => refreshToken),
      kids: await kidsOf(authority),
      services,
    }
    for (const service of services) {
      expect(await service.statusOf(ahead.accessToken, '/strict')).toBe(200)
    }

    // What it is for: the older database knows neither of the refresh nor of the logout.
    await authority.restart(older.settings)
    expect((await client.refresh(ahead.refreshToken)).body.code).toBe('database_behind')
    await authority.stop()
    const run = await signet(
      ['restore', '--in-place', '--yes', '--json'],
      settingsFor(older, authority),
    )
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toEqual({ sessionsEnded: 2, keysReplaced: 2 })
    await authority.start(older.settings)

    await expectOver(authority, past)
    await expectNewLogin(authority, past)
  })
})

async function copySqlite({ settings }: TestDatabase): Promise<TestDatabase> {
  const copy = await openSqliteDatabase()
  const pathOf = ({ SIGNET_DATABASE_URL: url }: TestDatabase['settings']) =>
    url.slice('sqlite:'.length)
  await copyFile(pathOf(settings), pathOf(copy.settings))
  return { ...copy, settings: { ...copy.settings, SIGNET_SECRET: settings.SIGNET_SECRET } }
}

async function copyPostgres({ settings }: TestDatabase): Promise<TestDatabase> {
  const server = await openPostgresDatabase()
  const name = new URL(settings.SIGNET_DATABASE_URL).pathname.slice(1)
  await server.query(`create database ${name}_copy template ${name}`)
  const url = `${settings.SIGNET_DATABASE_URL}_copy`
  return {
    ...server,
    settings: { SIGNET_DATABASE_URL: url, SIGNET_SECRET: settings.SIGNET_SECRET },
    async [Symbol.asyncDispose]() {
      await server.query(`drop database ${name}_copy with (force)`)
      await server[Symbol.asyncDispose]()
    },
  }
}

test('R13 the keys of every past stay revoked, however often a database is restored', {
  timeout,
}, async () => {
  await using folder = await openTempFolder()
  await using first = await openSqliteDatabase()
  await using second = await openSqliteDatabase()
  const path = await writeRows(join(folder.path, 'past.gz'), [
    { table: 'keys', rows: Array.from({ length: 1_200 }, (_, index) => ({ kid: `kid-${index}` })) },
  ])
  const kids = (await rowsIn(path, 'keys')).map(({ kid }) => kid).sort()
  expect(await signet(['restore', path], first.settings)).toMatchObject({ code: 0 })
  await using authority = await startAuthority({ settings: { ...first.settings } })
  const own = await kidsOf(authority)
  await authority.stop()

  const next = join(folder.path, 'next.gz')
  const settings = settingsFor(first, authority)
  expect(await signet(['backup', next], settings)).toMatchObject({ code: 0 })
  expect(await signet(['restore', next], second.settings)).toMatchObject({ code: 0 })
  const revoked = await second.query('select kind, subject_id, expires_at from revocations')
  const everything = [...kids, ...own].map((id) => ({
    kind: 'key',
    subject_id: id,
    expires_at: null,
  }))
  expect(revoked).toHaveLength(everything.length)
  expect(revoked).toEqual(expect.arrayContaining(everything))
})

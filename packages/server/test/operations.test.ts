import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  FakeClock,
  openTempFolder,
  querySqliteFile,
  runScript,
  runSignet,
  type SpawnedAuthority,
  spawnAuthority,
  startAuthority,
} from '@signet/testkit'
import { describe, expect, test } from 'vitest'
import { blockAfter } from '../../../test/documents.ts'
import { createSecretText, parseSecret } from '../src/config/secrets.ts'
import { MIGRATIONS } from '../src/db/migrate.ts'
import { openDatabase } from '../src/db/open-database.ts'

const PASSWORD = 'correct horse battery'
const ADA = 'ada@example.com'
const DAY = 86_400

/** Each starts up to a dozen processes, one after the other. */
const timeout = 120_000

/** Runs the commands of a block, and answers what they printed and exported. */
function runBlock(
  file: string,
  { marker, ...at }: { marker: string; cwd: string; settings?: Record<string, string> },
) {
  return runScript({ script: blockAfter(`docs/operations/${file}`, `${marker}: a test`), ...at })
}

test.each(['backup-and-restore.md', 'upgrade.md', 'master-secret.md'])(
  'every command of docs/operations/%s stands behind a marker that is run here',
  async (file) => {
    const text = await readFile(`docs/operations/${file}`, 'utf8')
    const here = await readFile('packages/server/test/operations.test.ts', 'utf8')
    const markers = [...text.matchAll(/<!-- (.+): a test runs these lines -->\n\s*```sh/g)]
    expect(markers.length).toBeGreaterThan(2)
    expect(text.match(/```\w+/g)).toHaveLength(markers.length)
    for (const [, marker] of markers) expect(here).toContain(`'${marker}'`)
  },
)

describe('docs/operations/backup-and-restore.md', { timeout }, () => {
  const file = 'backup-and-restore.md'

  test('its commands keep a backup, rehearse it and restore it', async () => {
    await using authority = await spawnAuthority()
    const { client, folder: cwd, settings } = authority
    const before = (await client.signup(ADA, PASSWORD)).body
    const backup = await runBlock(file, { marker: 'backup', cwd, settings })
    expect(backup.stdout).toBe('1 account, 0 roles, 0 clients\n')
    const rehearsal = await runBlock(file, { marker: 'rehearsal', cwd, settings })
    expect(rehearsal.stdout).toContain(ADA)
    expect((await readdir(cwd)).sort()).toEqual(['data', 'signet-backup.gz'])

    await client.signup('late@example.com', PASSWORD)
    await authority.stop()
    const { exported } = await runBlock(file, { marker: 'restore', cwd, settings })
    Object.assign(settings, exported)
    await authority.start()
    expect((await client.refresh(before.refreshToken)).status).toBe(401)
    expect((await client.profile(before.accessToken)).status).toBe(401)
    expect((await client.login('late@example.com', PASSWORD)).status).toBe(401)
    expect((await client.login(ADA, PASSWORD)).status).toBe(200)
  })

  test('its command for a database that was put back ends what it believes in', async () => {
    await using authority = await spawnAuthority()
    const { client, folder: cwd, settings } = authority
    const { refreshToken } = (await client.signup(ADA, PASSWORD)).body
    await authority.stop()
    const path = join(cwd, 'data', 'signet.db')
    await copyFile(path, `${path}.older`)
    await authority.start()
    const ahead = (await client.refresh(refreshToken)).body
    await authority.stop()
    await copyFile(`${path}.older`, path)
    await authority.start()
    expect((await client.refresh(ahead.refreshToken)).body.code).toBe('database_behind')
    await authority.stop()
    await runBlock(file, { marker: 'in place', cwd, settings })
    await authority.start()
    expect((await client.refresh(ahead.refreshToken)).status).toBe(401)
    expect((await client.login(ADA, PASSWORD)).status).toBe(200)
  })
})

describe('docs/operations/upgrade.md', { timeout }, () => {
  const file = 'upgrade.md'

  test('its commands upgrade an older database and delete the copy', async () => {
    await using folder = await openTempFolder()
    const cwd = folder.path
    const path = join(cwd, 'data', 'signet.db')
    await mkdir(join(cwd, 'data'))
    const migrations = MIGRATIONS.slice(0, 1)
    await (await openDatabase({ kind: 'sqlite', path }, { migrations })).close()
    await writeFile(join(cwd, 'data', 'signet.secret'), createSecretText(), { mode: 0o600 })
    const copies = async () =>
      (await readdir(join(cwd, 'data'))).filter((name) => name.includes('version'))

    const plan = await runBlock(file, { marker: 'plan', cwd })
    expect(plan.stdout).toMatch(new RegExp(`^version 1 -> ${MIGRATIONS.length}\n(  \\w+\n)+$`))
    expect(await copies()).toEqual([])
    const done = await runBlock(file, { marker: 'migrate', cwd })
    expect(done.stdout).toBe(`version 1 -> ${MIGRATIONS.length}\n`)
    expect(await copies()).toEqual([expect.stringMatching(/^signet\.db\.version-1-\d{8}T\d{6}Z$/)])
    await runBlock(file, { marker: 'delete copies', cwd })
    expect(await copies()).toEqual([])
  })

  test('its commands lead back from a database that a newer Signet has upgraded', async () => {
    await using authority = await spawnAuthority()
    const { client, folder: cwd, settings } = authority
    const before = (await client.signup(ADA, PASSWORD)).body
    await authority.stop()
    const path = join(cwd, 'data', 'signet.db')
    // As the newer one left it: the copy, and what this version refuses.
    await copyFile(path, `${path}.version-1-20300102T030405Z`)
    await querySqliteFile(path, "insert into migrations values (99, 'newer', 0) returning name")
    const refused = await runSignet(['migrate'], { cwd, settings })
    expect(refused.stderr).toContain('version 99')
    await runBlock(file, { marker: 'back', cwd, settings })
    await authority.start()
    expect((await client.refresh(before.refreshToken)).status).toBe(401)
    expect((await client.login(ADA, PASSWORD)).status).toBe(200)
  })
})

describe('docs/operations/master-secret.md', { timeout }, () => {
  const file = 'master-secret.md'

  test('its steps replace the secret under two running processes, and no session notices', async () => {
    await using folder = await openTempFolder()
    const cwd = folder.path
    const path = join(cwd, 'signet.db')
    const a = createSecretText()
    await writeFile(join(cwd, 'a.secret'), `${a}\n`)
    await runBlock(file, { marker: 'make', cwd })
    const b = (await readFile(join(cwd, 'b.secret'), 'utf8')).trim()
    const common = {
      SIGNET_DATABASE_URL: `sqlite:${path}`,
      SIGNET_ISSUER: 'http://localhost:3000',
      SIGNET_SECRET: a,
    }
    await using one = await spawnAuthority({ settings: common })
    await using other = await spawnAuthority({ settings: common })
    let { refreshToken } = (await one.client.signup(ADA, PASSWORD)).body
    const resting = (await one.client.login(ADA, PASSWORD)).body
    const refreshAt = async ({ client }: SpawnedAuthority) => {
      const { status, body } = await client.refresh(refreshToken)
      expect([status, body.code]).toEqual([200, undefined])
      refreshToken = body.refreshToken
    }
    // One process after the other, and each of them goes on with what the other made.
    const rollOut = async (marker: string) => {
      const { exported } = await runBlock(file, { marker, cwd })
      for (const authority of [one, other]) {
        await authority.stop()
        Object.assign(authority.settings, exported)
        await authority.start()
        for (const turn of [one, other, one]) await refreshAt(turn)
      }
      return exported['SIGNET_SECRET']
    }

    expect(await rollOut('step 1')).toBe(`${a},${b}`)
    expect(await rollOut('step 2')).toBe(`${b},${a}`)
    const keys = await querySqliteFile(path, 'select distinct secret_id from signing_keys')
    expect(keys).toEqual([{ secret_id: parseSecret(b)?.id }])
    expect(await rollOut('step 3')).toBe(b)

    // Too early for a session that rested all the time: nobody logs it out, and A brings it back.
    const early = await one.client.refresh(resting.refreshToken)
    expect([early.status, early.body.code]).toEqual([503, 'secret_unknown'])
    expect(one.output() + other.output()).not.toContain(a)
    await rollOut('step 2')
    expect((await other.client.refresh(resting.refreshToken)).status).toBe(200)
  })

  const A = createSecretText()
  const B = createSecretText()

  /** At the moment that step 2 is done, with a session whose token is of A. */
  async function startAfterStep2() {
    const clock = new FakeClock()
    const authority = await startAuthority({ clock, settings: { SIGNET_SECRET: A } })
    const { refreshToken } = (await authority.client.signup(ADA, PASSWORD)).body
    await authority.restart({ SIGNET_SECRET: `${B},${A}` })
    const present = async () => {
      const { status, body } = await authority.client.refresh(refreshToken)
      return [status, body.code]
    }
    return { authority, clock, present }
  }

  test('what it costs to take A away before SIGNET_REFRESH_TTL', async () => {
    const { authority, clock, present } = await startAfterStep2()
    await using _ = authority
    clock.advance(7 * DAY - 60)
    await authority.restart({ SIGNET_SECRET: B })
    expect(await present()).toEqual([503, 'secret_unknown'])
    await authority.restart({ SIGNET_SECRET: `${B},${A}` })
    expect(await present()).toEqual([200, undefined])
  })

  test('after it: nobody but a client whose answer got lost', async () => {
    const { authority, clock, present } = await startAfterStep2()
    await using _ = authority
    clock.advance(7 * DAY - 60)
    expect(await present()).toEqual([200, undefined])
    clock.advance(7 * DAY - 120)
    await authority.restart({ SIGNET_SECRET: B })
    expect(await present()).toEqual([401, 'refresh_invalid'])
    await authority.restart({ SIGNET_SECRET: `${B},${A}` })
    expect(await present()).toEqual([200, undefined])
  })

  test('after SIGNET_SESSION_TTL no token of A is worth anything, with A or without', async () => {
    const { authority, clock, present } = await startAfterStep2()
    await using _ = authority
    // Whoever loses every answer comes with one and the same token for as long as a session lasts.
    for (let week = 1; week <= 4; week++) {
      clock.advance(7 * DAY - 60)
      expect(await present()).toEqual([200, undefined])
    }
    clock.advance(2 * DAY + 4 * 60)
    expect(await present()).toEqual([401, 'session_ended'])
    await authority.restart({ SIGNET_SECRET: B })
    expect(await present()).toEqual([401, 'refresh_invalid'])
  })

  test('a secret that was stolen is taken away at once by a new beginning', async () => {
    const { authority, present } = await startAfterStep2()
    await using _ = authority
    await authority.stop()
    const settings = {
      SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}`,
      SIGNET_PORT: String(authority.config.port),
      SIGNET_SECRET: B,
    }
    const reset = await runSignet(['restore', '--in-place', '--yes'], { cwd: '/', settings })
    expect(reset.code).toBe(0)
    await authority.start({ SIGNET_SECRET: B })
    expect(await present()).toEqual([401, 'refresh_invalid'])
    expect((await authority.client.login(ADA, PASSWORD)).status).toBe(200)
  })
})

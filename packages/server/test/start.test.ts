import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import {
  findFreePort,
  followFeed,
  openTempFolder,
  runSignet,
  spawnAuthority,
  startAuthority,
  waitUntil,
} from '@signet/testkit'
import { describe, expect, test } from 'vitest'
import { createSecretText } from '../src/config/secrets.ts'
import { queryFile } from './database-file.ts'

const PASSWORD = 'correct horse battery'

/** An authority's folder as a stop leaves it, with one account in the database. */
async function openUsedFolder() {
  const authority = await startAuthority()
  await authority.client.signup('ada@example.com', PASSWORD)
  await authority.stop()
  const { databasePath } = authority
  return {
    authority,
    databasePath,
    secretPath: join(authority.folder, 'signet.secret'),
    settings: { SIGNET_DATABASE_URL: `sqlite:${databasePath}` },
  }
}

/** Starts in a folder what must not start, and answers what it said. */
async function refusedStart(cwd: string, settings: Record<string, string> = {}, command = 'dev') {
  const port = await findFreePort()
  const run = await runSignet([command], {
    cwd,
    settings: { SIGNET_PORT: String(port), ...settings },
  })
  expect(run.code).toBe(2)
  expect(run.stdout).toBe('')
  expect(run.stderr).toMatch(/^signet: this cannot start as it is set up:\n( {2}- .+\n)+$/)
  return run.stderr
}

describe('settings', () => {
  test('all that is wrong with them is said at once, by name and never by value', async () => {
    await using folder = await openTempFolder()
    const wrong = {
      SIGNET_PORT: '99999',
      SIGNET_ALG: 'HS999',
      SIGNET_ACCESS_TTL: 'quarter-hour',
      SIGNET_SECRET: 'swordfish',
      SIGNET_ISSUER: 'http://login.example.net',
      SIGNET_COLOUR: 'mauve',
      SIGNET_LOG_LEVEL: 'loudest',
      SIGNET_DATABASE_URL: 'oracle://tiger',
    }
    const said = await refusedStart(folder.path, wrong)
    for (const [name, value] of Object.entries(wrong)) {
      expect(said).toContain(name)
      expect(said).not.toContain(value)
    }
    expect(await readdir(folder.path)).toEqual([])
  })

  test('production asks for all that it needs at once', async () => {
    await using folder = await openTempFolder()
    const said = await refusedStart(folder.path, {}, 'serve')
    expect(said.match(/SIGNET_(ISSUER|SECRET) is required/g)).toHaveLength(2)
    expect(await readdir(folder.path)).toEqual([])
  })

  test('production starts with them, and makes no secret file', async () => {
    const settings = {
      SIGNET_ISSUER: 'https://login.example.com',
      SIGNET_SECRET: createSecretText(),
    }
    await using authority = await spawnAuthority({ command: 'serve', settings })
    expect((await authority.client.signup('ada@example.com', PASSWORD)).status).toBe(201)
    const { body } = await authority.client.call('/.well-known/openid-configuration')
    expect(body).toMatchObject({
      issuer: settings.SIGNET_ISSUER,
      revocation_feed_access: 'clients',
    })
    expect((await authority.client.call('/revocations')).status).toBe(401)
    expect(await readdir(join(authority.folder, 'data'))).not.toContain('signet.secret')
  })

  test('.env counts as well, and the environment wins over it', async () => {
    await using folder = await openTempFolder()
    await writeFile(
      join(folder.path, '.env'),
      'SIGNET_ALG=mauve\nSIGNET_ACCESS_TTL=never\nSIGNET_LOG_LEVEL=loudest\n',
    )
    const all = await refusedStart(folder.path)
    for (const name of ['ALG', 'ACCESS_TTL', 'LOG_LEVEL']) expect(all).toContain(`SIGNET_${name}`)
    // Given as empty takes back what the file says.
    const one = await refusedStart(folder.path, { SIGNET_ALG: 'ES256', SIGNET_LOG_LEVEL: '' })
    expect(one).toContain('SIGNET_ACCESS_TTL')
    expect(one).not.toMatch(/SIGNET_ALG|SIGNET_LOG_LEVEL/)
  })
})

describe('the port', () => {
  test('taken by another is said by number, with the setting to change', async () => {
    await using folder = await openTempFolder()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const said = await refusedStart(folder.path, { SIGNET_PORT: String(port) })
    expect(said).toContain(`port ${port} is taken`)
    expect(said).toContain('SIGNET_PORT')
    other.close()
  })

  test('taken by another Signet on the same database leaves that one and its data alone', async () => {
    await using authority = await spawnAuthority()
    const { body } = await authority.client.signup('ada@example.com', PASSWORD)
    expect(await refusedStart(authority.folder, authority.settings)).toContain('is taken')
    expect((await authority.client.profile(body.accessToken)).status).toBe(200)
    await authority.stop()
    await authority.start()
    expect((await authority.client.refresh(body.refreshToken)).status).toBe(200)
  })
})

describe('the database', () => {
  test.each([
    ['with the secret file to be made first', {}],
    ['with the secret in the settings', { SIGNET_SECRET: createSecretText() }],
  ])('in a folder that cannot be made is refused, %s', async (_name, settings) => {
    await using folder = await openTempFolder()
    await writeFile(join(folder.path, 'file'), '')
    const url = `sqlite:${join(folder.path, 'file', 'deeper', 'signet.db')}`
    const said = await refusedStart(folder.path, { ...settings, SIGNET_DATABASE_URL: url })
    expect(said).toMatch(/writable|written/)
    expect(said).toContain('SIGNET_DATABASE_URL')
  })

  test('that is a folder is refused', async () => {
    await using folder = await openTempFolder()
    await mkdir(join(folder.path, 'signet.db'))
    const said = await refusedStart(folder.path, {
      SIGNET_SECRET: createSecretText(),
      SIGNET_DATABASE_URL: 'sqlite:signet.db',
    })
    expect(said).toMatch(/signet\.db cannot be (opened|written)/)
  })

  test('that is no SQLite file is refused and not overwritten', async () => {
    await using folder = await openTempFolder()
    const path = join(folder.path, 'signet.db')
    const content = 'my only copy of something else '.repeat(200)
    await writeFile(path, content)
    const said = await refusedStart(folder.path, {
      SIGNET_SECRET: createSecretText(),
      SIGNET_DATABASE_URL: 'sqlite:signet.db',
    })
    expect(said).toContain('is it an SQLite file')
    expect(await readFile(path, 'utf8')).toBe(content)
  })

  test('of a newer version is refused, untouched', async () => {
    const { authority, databasePath, settings } = await openUsedFolder()
    await using _ = authority
    await queryFile(
      databasePath,
      "insert into migrations values (99, 'from-the-future', 0) returning version",
    )
    await queryFile(databasePath, 'pragma wal_checkpoint(truncate)')
    const before = await readFile(databasePath)
    const said = await refusedStart(authority.folder, settings)
    expect(said).toMatch(/version 99.*newer Signet/)
    expect((await readFile(databasePath)).equals(before)).toBe(true)
  })

  test('is one whole file after a clean stop', async () => {
    const { authority, databasePath } = await openUsedFolder()
    await using _ = authority
    await using elsewhere = await openTempFolder()
    const copy = join(elsewhere.path, 'copy.db')
    await writeFile(copy, await readFile(databasePath))
    expect(await queryFile(copy, 'select email from accounts')).toEqual([
      { email: 'ada@example.com' },
    ])
  })
})

describe('the secret', () => {
  test('and the database are for their owner only, even in a folder for all', async () => {
    await using folder = await openTempFolder()
    await chmod(folder.path, 0o755)
    const settings = { SIGNET_DATABASE_URL: `sqlite:${join(folder.path, 'signet.db')}` }
    await using authority = await startAuthority({ settings })
    await authority.client.signup('ada@example.com', 'correct horse battery')
    for (const name of await readdir(folder.path)) {
      expect([name, (await stat(join(folder.path, name))).mode & 0o777]).toEqual([name, 0o600])
    }
  })

  test('is made once, for its owner only, in a folder for its owner only', async () => {
    await using folder = await openTempFolder()
    const data = join(folder.path, 'data')
    const settings = { SIGNET_DATABASE_URL: `sqlite:${join(data, 'signet.db')}` }
    await using authority = await startAuthority({ settings })
    const path = join(data, 'signet.secret')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(data)).mode & 0o777).toBe(0o700)
    const made = await readFile(path, 'utf8')
    expect(made).toMatch(/^[\w-]{43}\n$/)
    await authority.restart()
    expect(await readFile(path, 'utf8')).toBe(made)
    const names = await readdir(data)
    expect(names.filter((name) => name.includes('secret'))).toEqual(['signet.secret'])
  })

  test('missing beside its database is not made anew', async () => {
    const { authority, secretPath, settings } = await openUsedFolder()
    await using _ = authority
    const secret = await readFile(secretPath)
    await rm(secretPath)
    expect(await refusedStart(authority.folder, settings)).toMatch(/signet\.secret is missing/)
    expect(await readdir(authority.folder)).not.toContain('signet.secret')
    await writeFile(secretPath, secret, { mode: 0o600 })
    await authority.start()
    expect((await authority.client.login('ada@example.com', PASSWORD)).status).toBe(200)
  })

  test('that does not open the keys is refused, and the keys stay', async () => {
    const { authority, databasePath, settings } = await openUsedFolder()
    await using _ = authority
    const keys = 'select kid, state, sealed_jwk, secret_id from signing_keys order by kid'
    const before = await queryFile(databasePath, keys)
    const secret = createSecretText()
    const said = await refusedStart(authority.folder, { ...settings, SIGNET_SECRET: secret })
    expect(said).toMatch(/sealed under another master secret.*SIGNET_SECRET/)
    expect(said).not.toContain(secret)
    expect(await queryFile(databasePath, keys)).toEqual(before)
    expect(before).toHaveLength(2)
  })

  test('in a file that others can read is refused', async () => {
    const { authority, secretPath, settings } = await openUsedFolder()
    await using _ = authority
    await chmod(secretPath, 0o644)
    const said = await refusedStart(authority.folder, settings)
    expect(said).toMatch(/signet\.secret can be read by others: chmod 600/)
    expect(said).not.toContain((await readFile(secretPath, 'utf8')).trim())
  })

  test('that was cut short is refused and not shown', async () => {
    const { authority, secretPath, settings } = await openUsedFolder()
    await using _ = authority
    const half = (await readFile(secretPath, 'utf8')).slice(0, 20)
    await writeFile(secretPath, half)
    const said = await refusedStart(authority.folder, settings)
    expect(said).toContain('does not hold a master secret')
    expect(said).not.toContain(half)
  })

  test('a key that was changed in the database stops the start', async () => {
    const { authority, databasePath, settings } = await openUsedFolder()
    await using _ = authority
    await queryFile(
      databasePath,
      "update signing_keys set sealed_jwk = zeroblob(200) where state = 'next' returning kid",
    )
    expect(await refusedStart(authority.folder, settings)).toMatch(/damaged or was swapped/)
  })
})

describe('the end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it with 0 in spite of an open feed and an idle connection',
    async (signal) => {
      await using authority = await spawnAuthority()
      await using feed = await followFeed(authority.url)
      await feed.first('the feed pulses', ({ event }) => event === 'pulse')
      const idle = connect(Number(new URL(authority.url).port), '127.0.0.1')
      let answer = ''
      idle.setEncoding('utf8').on('data', (text: string) => {
        answer += text
      })
      idle.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n')
      await waitUntil('the idle connection got its answer', () => answer.includes('"ok"'))
      // Ended by force, because something held it up, it would end with 1.
      expect(await authority.stop(signal)).toBe(0)
      idle.destroy()
    },
  )
})

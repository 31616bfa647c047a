// `signet doctor` on a deployment where all is well, and what it finds on the inside.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createSecretText } from '@signet/server'
import {
  databases,
  hasRedis,
  openPostgresDatabase,
  openSqliteDatabase,
  openTempFolder,
  runSignet,
  SIGNET_BIN,
  startAuthority,
  startRedis,
} from '@signet/testkit'
import { describe, expect, test, vi } from 'vitest'
import { hasPgbouncer, startPgbouncer } from '../../server/test/pgbouncer.ts'
import { FINDINGS } from '../src/doctor/findings.ts'
import { ALL_CHECKS } from '../src/doctor/results.ts'
import { openCertificates } from './certificates.ts'
import { NOWHERE, runDoctor, settingsFor, startDeployment } from './deployment.ts'

/** Several processes, one after the other. */
const timeout = 120_000

describe.each(databases)('all is well on $name', { timeout }, ({ name, open }) => {
  test('and it says so, side by side with an authority that serves', async () => {
    await using database = await open()
    await using deployment = await startDeployment({ database })
    const { doctor, issuer, authority } = deployment
    const { body } = await authority.client.signup('ada@example.com', 'correct horse battery')
    const run = await doctor()
    expect(run.checks.filter(({ status }) => status !== 'ok' && status !== 'skipped')).toEqual([])
    expect(run).toMatchObject({ code: 0, verdict: 'ok', issuer, findings: [] })
    for (const check of ['settings', 'database', 'secret', 'old_secrets', 'signing_keys']) {
      expect(run.row(check)).toMatchObject({ status: 'ok', remedy: null })
    }
    for (const check of ['issuer', 'https', 'ready', 'key_set', 'feed', 'clock']) {
      expect(run.row(check)).toMatchObject({ status: 'ok', remedy: null })
    }
    const usesNotifications = run.row('notifications').status === 'ok'
    expect(usesNotifications).toBe(name === 'PostgreSQL')
    expect((await authority.client.profile(body.accessToken)).status).toBe(200)
  })

  test('a database of an older or newer version stays as it is', async () => {
    await using database = await open()
    await using authority = await startAuthority({ settings: database.settings })
    await authority.stop()
    const versions = () => database.query('select version, name from migrations order by version')
    const all = await versions()
    const newest = Number(all.at(-1)?.['version'])
    await database.query(`delete from migrations where version = ${newest} returning version`)
    const older = await runDoctor(settingsFor(database))
    expect(older.row('database')).toMatchObject({ status: 'warning', finding: 'database_older' })
    expect(older.row('database').words).toContain(`version ${newest - 1}`)
    expect(await versions()).toEqual(all.slice(0, -1))
    const future = "insert into migrations values (99, 'from-the-future', 0) returning version"
    await database.query(future)
    const newer = await runDoctor(settingsFor(database))
    expect(newer.row('database')).toMatchObject({ status: 'problem', finding: 'database_newer' })
    expect(newer.code).toBe(10)
    expect(newer.row('signing_keys').status).toBe('skipped')
  })

  test('a damaged signing key is named', async () => {
    await using database = await open()
    await using authority = await startAuthority({ settings: database.settings })
    await authority.stop()
    const [key] = await database.query("select kid from signing_keys where state = 'next'")
    const other = "(select sealed_jwk from signing_keys where state = 'active')"
    await database.query(
      `update signing_keys set sealed_jwk = ${other} where state = 'next' returning kid`,
    )
    const { row } = await runDoctor(settingsFor(database))
    expect(row('signing_keys')).toMatchObject({ status: 'problem', finding: 'key_unusable' })
    expect(row('signing_keys').words).toContain(String(key?.['kid']))
  })
})

describe('settings', { timeout }, () => {
  test('all that is wrong is said by name and never by value, and the rest is left', async () => {
    const wrong = { SIGNET_PORT: '99999', SIGNET_SECRET: 'swordfish', SIGNET_COLOUR: 'mauve' }
    const { code, checks, said, findings } = await runDoctor(wrong)
    expect(code).toBe(10)
    const problems = checks.filter(({ check }) => check === 'settings')
    const words = problems.map((row) => row.words).join('\n')
    for (const [name, value] of Object.entries(wrong)) {
      expect(words).toContain(name)
      expect(said).not.toContain(value)
    }
    // As `signet serve` has it: development would not ask for an issuer.
    expect(words).toContain('SIGNET_ISSUER is required')
    expect(new Set(findings)).toEqual(new Set(['settings_invalid']))
    const rest = checks.filter(({ check }) => check !== 'settings')
    expect(new Set(rest.map(({ status }) => status))).toEqual(new Set(['skipped']))
  })

  test('a database that is not there is not made, and no secret either', async () => {
    await using folder = await openTempFolder()
    const at = { cwd: folder.path, settings: { SIGNET_PORT: '1' } }
    const { code, stdout } = await runSignet(['doctor', '--dev', '--json'], at)
    expect(code).toBe(10)
    expect(stdout).toContain('"database_missing"')
    expect(await readdir(folder.path)).toEqual([])
    await using database = await openPostgresDatabase()
    const empty = await runDoctor(settingsFor(database))
    expect(empty.row('database')).toMatchObject({ finding: 'database_missing' })
    expect(await database.query("select 1 from pg_tables where tablename = 'migrations'")).toEqual(
      [],
    )
  })

  test('a file that is no database stays what it is', async () => {
    await using folder = await openTempFolder()
    const path = join(folder.path, 'signet.db')
    const content = 'my only copy of something else '.repeat(200)
    await writeFile(path, content)
    const SIGNET_SECRET = createSecretText()
    const run = await runDoctor({
      SIGNET_ISSUER: NOWHERE,
      SIGNET_SECRET,
      SIGNET_DATABASE_URL: `sqlite:${path}`,
    })
    expect(run.row('database')).toMatchObject({ status: 'problem', finding: 'database_unusable' })
    expect(await readFile(path, 'utf8')).toBe(content)
    expect(await readdir(folder.path)).toEqual(['signet.db'])
    expect(run.said).not.toContain(SIGNET_SECRET)
  })

  test('a database that nobody answers at is told without its password', async () => {
    const run = await runDoctor({
      SIGNET_ISSUER: NOWHERE,
      SIGNET_SECRET: createSecretText(),
      SIGNET_DATABASE_URL: 'postgres://signet:correct-horse-battery@127.0.0.1:1/signet',
    })
    expect(run.row('database')).toMatchObject({ status: 'problem', finding: 'database_unusable' })
    expect(run.row('database').words).toContain('127.0.0.1:1/signet')
    expect(run.said).not.toContain('correct-horse')
  })

  test('a secret file that others can read is told in development', async () => {
    await using authority = await startAuthority()
    await authority.stop()
    const file = join(authority.folder, 'signet.secret')
    expect(existsSync(file)).toBe(true)
    await chmod(file, 0o644)
    const settings = { SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}`, SIGNET_PORT: '1' }
    const { row } = await runDoctor(settings, ['--dev'])
    expect(row('secret')).toMatchObject({ status: 'problem', finding: 'secret_unusable' })
    expect(row('secret').words).toContain('chmod 600')
  })
})

describe('TLS files', { timeout }, () => {
  test('that are not there, have run out or will soon are told', async () => {
    await using database = await openSqliteDatabase()
    await using certificates = await openCertificates()
    const lookAt = async (days: { from: number; until: number }) => {
      const { cert, key } = await certificates.make(days)
      const more = { SIGNET_ISSUER: 'https://localhost:2', SIGNET_TLS_CERT: cert }
      return runDoctor(settingsFor(database, { ...more, SIGNET_TLS_KEY: key }))
    }
    const good = await lookAt({ from: -1, until: 60 })
    expect(good.row('tls_files').status).toBe('ok')
    const soon = await lookAt({ from: -80, until: 3 })
    expect(soon.row('tls_files')).toMatchObject({ finding: 'certificate_expiring' })
    const late = await lookAt({ from: -80, until: -1 })
    expect(late.row('tls_files')).toMatchObject({ finding: 'tls_files_unusable' })
    expect(late.row('tls_files').words).toContain('ran out')
    const nowhere = { SIGNET_TLS_CERT: '/nowhere.crt', SIGNET_TLS_KEY: '/nowhere.key' }
    const missing = await runDoctor(
      settingsFor(database, { SIGNET_ISSUER: 'https://localhost:2', ...nowhere }),
    )
    expect(missing.row('tls_files')).toMatchObject({ finding: 'tls_files_unusable' })
  })
})

describe.skipIf(!hasRedis())('Redis', { timeout }, () => {
  test('that answers is fine; that is down, wrong or stuck is a problem', async () => {
    await using database = await openSqliteDatabase()
    await using redis = await startRedis()
    const look = (url: string) => runDoctor(settingsFor(database, { SIGNET_REDIS_URL: url }))
    expect((await look(redis.url)).row('redis').status).toBe('ok')
    const wrong = await look(redis.url.replace(redis.password, 'another-password'))
    expect(wrong.row('redis')).toMatchObject({ status: 'problem', finding: 'redis_silent' })
    redis.pause()
    expect((await look(redis.url)).row('redis').finding).toBe('redis_silent')
    redis.resume()
    await redis.stop()
    const down = await look(redis.url)
    expect(down.row('redis').finding).toBe('redis_silent')
    expect(down.said).not.toContain(redis.password)
  })
})

test(
  'a connection that breaks before it hears anything is no sign of a pooler',
  async () => {
    await using database = await openPostgresDatabase()
    await using authority = await startAuthority({ settings: database.settings })
    await authority.stop()
    await using breaking = await openBreaking(new URL(database.settings.SIGNET_DATABASE_URL))
    const direct = { SIGNET_DATABASE_DIRECT_URL: breaking.url }
    const { row } = await runDoctor(settingsFor(database, direct))
    expect(row('notifications').finding).toBe('notifications_unreachable')
    expect(breaking.broken()).toBe(1)
  },
  timeout,
)

describe.skipIf(!hasPgbouncer())(
  'a pooler that lends connections for transactions',
  { timeout },
  () => {
    test('is told by what gets lost, unless the server itself is named', async () => {
      await using database = await openPostgresDatabase()
      await using authority = await startAuthority({ settings: database.settings })
      await authority.stop()
      const direct = database.settings.SIGNET_DATABASE_URL
      await using pooler = await startPgbouncer(new URL(direct))
      const look = (more: Record<string, string> = {}) =>
        runDoctor(settingsFor(database, { SIGNET_DATABASE_URL: pooler.url, ...more }))
      const lost = await look()
      expect(lost.row('database').status).toBe('ok')
      expect(lost.row('notifications')).toMatchObject({
        status: 'warning',
        finding: 'notifications_lost',
        remedy: expect.stringContaining('SIGNET_DATABASE_DIRECT_URL'),
      })
      await vi.waitFor(
        async () => {
          const named = await look({ SIGNET_DATABASE_DIRECT_URL: direct })
          expect(named.row('notifications').status).toBe('ok')
        },
        // A machine that is busy with all other tests may take longer than doctor waits.
        { timeout: 30_000, interval: 500 },
      )
      const elsewhere = await look({
        SIGNET_DATABASE_DIRECT_URL: 'postgres://nobody:correct-horse@127.0.0.1:1/none',
      })
      expect(elsewhere.row('notifications').finding).toBe('notifications_unreachable')
      expect(elsewhere.said).not.toContain('correct-horse')
      const polled = await look({ SIGNET_WAKE_UPS: 'poll' })
      expect(polled.row('notifications').status).toBe('skipped')
    })
  },
)

describe('an end', { timeout }, () => {
  test('comes where nobody says anything at all', async () => {
    await using hole = await openBlackHole()
    const run = await runDoctor({
      SIGNET_ISSUER: `http://127.0.0.1:${hole.port}`,
      SIGNET_SECRET: createSecretText(),
      SIGNET_DATABASE_URL: `postgres://signet:correct-horse@127.0.0.1:${hole.port}/signet`,
      SIGNET_REDIS_URL: `redis://:correct-horse@127.0.0.1:${hole.port}`,
    })
    expect(run.findings).toEqual(['database_unusable', 'redis_silent', 'issuer_unreachable'])
    expect(run.said).not.toContain('correct-horse')
  })

  test('is 130 where it is interrupted', async () => {
    await using hole = await openBlackHole()
    await using folder = await openTempFolder()
    const issuer = `http://127.0.0.1:${hole.port}`
    const child = spawn(process.execPath, [SIGNET_BIN, 'doctor', '--issuer', issuer], {
      cwd: folder.path,
    })
    await hole.asked
    child.kill('SIGINT')
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    expect({ code: child.exitCode, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: '' })
  })
})

/** Leads to a PostgreSQL server, and breaks a connection on which a notification is to arrive. */
async function openBreaking(to: URL) {
  let broken = 0
  const server = createServer((client) => {
    const link = connect(Number(to.port), to.hostname)
    const end = () => [client, link].map((socket) => socket.destroy())
    client.on('error', end).on('close', end).pipe(link)
    link.on('error', end).on('close', end)
    link.on('data', (chunk: Buffer) => {
      if (!chunk.includes('inspection ')) return client.write(chunk)
      broken += 1
      return end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(to)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    broken: () => broken,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server that takes every connection and never says a word. */
async function openBlackHole() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
  }).listen(0, '127.0.0.1')
  const asked = once(server, 'connection')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('docs/operations/doctor.md names every check and every finding, with what to do', async () => {
  const page = await readFile('docs/operations/doctor.md', 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| [^|]+ \| (.+) \|$/gm)]
  const inCode = Object.entries(FINDINGS).map(([id, { severity, remedy }]) => [
    id,
    severity,
    remedy,
  ])
  expect(rows.map(([, ...row]) => row)).toEqual(inCode)
  for (const check of ALL_CHECKS) expect(page).toContain(`\`${check}\``)
  for (const path of page.match(/docs\/operations\/[\w-]+\.md/g) ?? []) {
    expect([path, existsSync(path)]).toEqual([path, true])
  }
})

// What `signet doctor` finds on the way from a client to the authority: real authorities behind a
// proxy that does what proxies do.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecretText } from '@signet/server'
import {
  lockSqliteFile,
  openPostgresDatabase,
  openSqliteDatabase,
  openTempFolder,
  runScript,
  runSignet,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockAfter } from '../../../test/documents.ts'
import { runBlock } from '../../server/test/run-block.ts'
import type { ProxyHabits } from './careless-proxy.ts'
import { type Deployment, runDoctor, startDeployment } from './deployment.ts'

const timeout = 120_000
const KEY_SET = '/.well-known/jwks.json'
const STREAM = '/revocations/stream'

describe('over http on this machine', { timeout }, () => {
  let database: TestDatabase
  let deployment: Deployment

  beforeAll(async () => {
    database = await openSqliteDatabase()
    deployment = await startDeployment({ database })
  }, timeout)
  afterAll(async () => {
    await deployment[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  /** Behind a proxy with these habits, and what else of the settings is other. */
  const behind = (habits: ProxyHabits, changes: Record<string, string> = {}) => {
    deployment.proxy.become(habits)
    return deployment.doctor(changes)
  }

  const set = (path: string, name: string, value: string): ProxyHabits => ({
    onAnswer(asked, headers) {
      if (asked === path) headers[name] = value
    },
  })

  test('who answers under another spelling is another issuer', async () => {
    const changes = { SIGNET_ISSUER: deployment.issuer.replace('127.0.0.1', 'localhost') }
    const run = await behind({}, changes)
    expect(run.row('issuer')).toMatchObject({ status: 'problem', finding: 'issuer_other' })
    expect(run.row('issuer').words).toContain(deployment.issuer)
    expect(run.row('feed').status).toBe('skipped')
    expect(run.code).toBe(10)
  })

  test('nobody, an error and a page are no issuer', async () => {
    const nobody = await behind({}, { SIGNET_ISSUER: 'http://127.0.0.1:2' })
    expect(nobody.row('issuer').finding).toBe('issuer_unreachable')
    for (const [status, body] of [
      [502, ''],
      [200, '<html>back soon</html>'],
    ] as const) {
      const run = await behind({
        answers: (_path, response) => Boolean(response.writeHead(status).end(body)),
      })
      expect(run.row('issuer').finding).toBe('issuer_unreachable')
      expect(run.findings).toEqual(['issuer_unreachable'])
    }
  })

  test('an SQLite file that is slow to read does not make a healthy issuer late', async () => {
    await using slow = await openSqliteDatabase()
    await slow.query('create table something (id integer)')
    using _lock = lockSqliteFile(slow.settings.SIGNET_DATABASE_URL.slice('sqlite:'.length))
    const run = await behind({}, slow.settings)
    expect(run.row('database').finding).toBe('database_unusable')
    expect(run.row('issuer')).toMatchObject({ status: 'ok' })
    expect(run.row('clock')).toMatchObject({ status: 'ok' })
  })

  test.each<[string, ProxyHabits, string, string]>([
    [
      'without its ETag',
      { onAnswer: (_path, headers) => delete headers['etag'] },
      'etag_lost',
      'warning',
    ],
    [
      'whole where it is known',
      { onRequest: (headers) => delete headers['if-none-match'] },
      'etag_lost',
      'warning',
    ],
    ['for a day', set(KEY_SET, 'cache-control', 'max-age=86400'), 'key_set_kept_long', 'problem'],
    ['for no time', set(KEY_SET, 'cache-control', 'no-store'), 'key_set_kept_never', 'warning'],
    ['too old', set(KEY_SET, 'age', '4000'), 'key_set_outdated', 'problem'],
    [
      'as something else',
      {
        answers: (path, response) =>
          path === KEY_SET && Boolean(response.writeHead(200).end('{"keys":[]}')),
      },
      'key_set_unusable',
      'problem',
    ],
  ])('a key set that arrives %s', async (_name, habits, finding, status) => {
    const run = await behind(habits)
    expect(run.row('key_set')).toMatchObject({ finding, status })
    expect(run.findings).toEqual([finding])
    expect(run.code).toBe(status === 'problem' ? 10 : 0)
  })

  test('a key set out of a cache that nobody empties is not that of the database', async () => {
    const { authority } = deployment
    const kept = JSON.stringify((await authority.client.call(KEY_SET)).body)
    const habits: ProxyHabits = {
      answers(path, response) {
        if (path !== KEY_SET) return false
        response.writeHead(200, { 'cache-control': 'max-age=300', etag: '"kept"' }).end(kept)
        return true
      },
    }
    const fresh = await behind(habits)
    expect(fresh.findings).toEqual(['etag_lost'])
    await authority.restart({ SIGNET_ALG: 'EdDSA' })
    const stale = await behind(habits)
    expect(stale.row('key_set').finding).toBe('key_set_outdated')
    await authority.restart()
  })

  test('a stream that is collected first, or held back, is late', async () => {
    const collected = await behind({ collects: STREAM })
    expect(collected.row('feed')).toMatchObject({ status: 'problem', finding: 'feed_late' })
    expect(collected.row('feed').words).toContain('no event arrived')
    const held = await behind({ delays: { path: STREAM, ms: 4_000 } })
    expect(held.row('feed').finding).toBe('feed_late')
    expect(held.row('feed').words).toContain('late')
  })

  test('a stream that does not get through, or is not announced, is told', async () => {
    const shut = await behind({
      answers: (path, response) => path === STREAM && Boolean(response.writeHead(404).end()),
    })
    expect(shut.row('feed')).toMatchObject({ status: 'problem', finding: 'feed_unreachable' })
    expect(shut.row('feed').words).toContain('404')
    const { issuer } = deployment
    const metadata = JSON.stringify({ issuer, jwks_uri: issuer + KEY_SET })
    const unannounced = await behind({
      answers: (path, response) =>
        path === '/.well-known/openid-configuration' &&
        Boolean(response.writeHead(200).end(metadata)),
    })
    expect(unannounced.row('feed').finding).toBe('feed_missing')
  })

  test.each([
    [
      '5 s ahead',
      5,
      'clock_drifting',
      /^the issuer is [4-6] s ahead of (this machine|the database)$/,
    ],
    ['an hour behind', -3_600, 'clock_off', / is 3(599|60[01]) s ahead of the issuer$/],
  ])('a clock that is %s', async (_name, seconds, finding, words) => {
    const run = await behind({
      onAnswer(_path, headers) {
        headers['date'] = new Date(Date.now() + seconds * 1000).toUTCString()
      },
    })
    expect(run.row('clock').finding).toBe(finding)
    expect(run.row('clock').words).toMatch(words)
  })

  test('a proxy that says nothing of its clients passes for all of them', async () => {
    const trusting = { SIGNET_TRUST_PROXY: '127.0.0.1' }
    deployment.proxy.become({})
    const { issuer, authority } = deployment
    await authority.restart(trusting)
    const logIn = () =>
      fetch(`${issuer}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ email: 'nobody@example.com', password: 'no such password' }),
      })
    const honest: ProxyHabits = {
      onRequest(headers) {
        headers['x-forwarded-for'] = '192.0.2.7'
      },
    }
    deployment.proxy.become(honest)
    await logIn()
    const fine = await behind(honest, trusting)
    expect(fine.row('client_addresses')).toMatchObject({ status: 'ok', finding: null })
    deployment.proxy.become({})
    await logIn()
    const hidden = await behind({}, trusting)
    expect(hidden.row('client_addresses')).toMatchObject({
      status: 'warning',
      finding: 'proxy_hides_clients',
    })
    await authority.restart()
  })

  test('the page about it shows how it is run', async () => {
    deployment.proxy.become({})
    await using folder = await openTempFolder()
    const at = { folder: folder.path, settings: deployment.settings }
    const screen = await runBlock('doctor.md', 'look', at)
    expect(screen).toMatch(/^Inside\n {2}ok {7}settings .*\n/)
    expect(screen).toContain(`\nOutside, at ${deployment.issuer}\n  ok       issuer`)
    expect(screen).toMatch(/\n\n\d+ ok, \d+ skipped\n$/)
    const { issuer } = deployment
    const block = blockAfter('docs/operations/doctor.md', 'look from outside: a test')
    const script = block.replace('https://login.example.com', issuer)
    const { stdout: outside } = await runScript({ script, cwd: at.folder })
    expect(outside).toMatch(new RegExp(`^Outside, at ${issuer}\\n {2}ok {7}issuer`))
    const page = await readFile('docs/operations/doctor.md', 'utf8')
    const [first, second, shown, ...more] = page.matchAll(/(.*)\n```(\w+)\n([\s\S]*?)```/g)
    expect([first?.[1], second?.[1]]).toEqual([
      '<!-- look: a test runs these lines -->',
      '<!-- look from outside: a test runs these lines -->',
    ])
    expect(more).toEqual([])
    const { stdout } = await runSignet(['doctor', '--issuer', issuer, '--json'], { cwd: at.folder })
    const keysOf = (text = '{}') => {
      const { checks, ...run } = JSON.parse(text)
      return [Object.keys(run), Object.keys(checks[0])]
    }
    expect(keysOf(shown?.[3])).toEqual(keysOf(stdout))
  })

  test('from outside alone nothing is said of the inside', async () => {
    deployment.proxy.become({})
    const run = await runDoctor({}, ['--issuer', deployment.issuer])
    expect(run).toMatchObject({ code: 0, verdict: 'ok', issuer: deployment.issuer })
    const names = run.checks.map(({ check }) => check)
    expect(names).toEqual(
      expect.arrayContaining(['issuer', 'https', 'ready', 'key_set', 'feed', 'clock']),
    )
    expect(names).not.toContain('database')
    const plain = await runDoctor({}, ['--issuer', 'http://192.0.2.1'])
    expect(plain.row('https').finding).toBe('https_missing')
  })
})

test(
  'where a shared secret signs the key set is empty, and nothing is wrong with it',
  async () => {
    await using database = await openSqliteDatabase()
    const shared = { SIGNET_ALG: 'HS256', SIGNET_TOKEN_SECRET: createSecretText() }
    await using deployment = await startDeployment({ database, settings: shared })
    const run = await deployment.doctor()
    expect(run).toMatchObject({ code: 0, findings: [] })
    expect(run.row('key_set')).toMatchObject({
      status: 'ok',
      words: expect.stringContaining('empty'),
    })
    expect(run.said).not.toContain(shared.SIGNET_TOKEN_SECRET)
    const outside = await runDoctor({}, ['--issuer', deployment.issuer])
    expect(outside.row('key_set').status).toBe('skipped')
  },
  timeout,
)

describe('a feed for clients', { timeout }, () => {
  test('is followed with credentials, and told where they are missing or refused', async () => {
    await using database = await openPostgresDatabase()
    await using deployment = await startDeployment({
      database,
      settings: { SIGNET_FEED_ACCESS: 'clients' },
    })
    const { doctor } = deployment
    const without = await doctor()
    expect(without.row('feed')).toMatchObject({ status: 'skipped', finding: 'feed_closed' })
    expect(without.row('feed').remedy).toContain('SIGNET_CLIENT_ID')
    expect(without.code).toBe(0)
    await using folder = await openTempFolder()
    const secretFile = join(folder.path, 'client.secret')
    const create = ['client', 'create', 'follower', '--right', 'feed', '--out', secretFile]
    const made = await runSignet(create, { cwd: folder.path, settings: database.settings })
    const [id = ''] = made.stdout.split('  ')
    const secret = (await readFile(secretFile, 'utf8')).trim()
    const given = { SIGNET_CLIENT_ID: id, SIGNET_CLIENT_SECRET_FILE: secretFile }
    const followed = await doctor(given)
    expect(followed.row('feed')).toMatchObject({ status: 'ok', finding: null })
    const refused = await doctor({ ...given, SIGNET_CLIENT_ID: 'cli_nobody' })
    expect(refused.row('feed')).toMatchObject({ status: 'problem', finding: 'feed_refused' })
    const half = await doctor({ SIGNET_CLIENT_ID: id })
    expect(half.row('feed').finding).toBe('feed_refused')
    for (const { said } of [followed, refused, half]) expect(said).not.toContain(secret)
  })

  test('an authority that lost its database is not blamed on the proxy', async () => {
    await using database = await openPostgresDatabase()
    await using deployment = await startDeployment({ database })
    await database.query('drop table revocation_log')
    await waitUntil('it notices', async () => {
      return (await fetch(`${deployment.authority.url}/health/ready`)).status === 503
    })
    const run = await deployment.doctor()
    expect(run.findings).toEqual(expect.arrayContaining(['not_ready', 'feed_silent']))
  })
})

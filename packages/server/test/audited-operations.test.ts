import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type AuthorityClient,
  databases,
  openTempFolder,
  runSignet,
  SIGNET_BIN,
  type StartedAuthority,
  startAuthority,
  type TempFolder,
  type TestDatabase,
} from '@signet/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

/** Each starts several processes, one after the other. */
const timeout = 120_000

const PASSWORD = 'correct horse battery'

interface Entry {
  type: string
  result: string
  actor: string | null
  accountId: string | null
  address: string | null
  detail: Record<string, unknown> | null
}

let folder: TempFolder

beforeAll(async () => {
  folder = await openTempFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

const fileIn = (name: string) => join(folder.path, name)
const signet = (words: string[], settings: Record<string, string>) =>
  runSignet(words, { cwd: folder.path, settings })

async function entriesOf({ settings }: TestDatabase): Promise<Entry[]> {
  const { stdout } = await signet(['audit', 'tail', '--lines', '50', '--json'], settings)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry)
}

describe.each(databases)('on $name', ({ name, open }) => {
  let database: TestDatabase

  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database[Symbol.asyncDispose]())

  test('an import, an export, a backup and a restore are in the audit log', {
    timeout,
  }, async () => {
    const { settings } = database
    const rows = fileIn(`${name}.ndjson`)
    const people = ['{"email":"ada@example.com","roles":["admin"]}', '{"email":"bo@example.com"}']
    await writeFile(rows, people.join('\n'))
    const backup = fileIn(`${name}.gz`)
    for (const words of [
      ['user', 'import', rows],
      // Nothing was put in, so there is nothing to tell.
      ['user', 'import', rows],
      ['user', 'import', rows, '--dry-run'],
      ['user', 'export', '--out', fileIn(`${name}-export.ndjson`)],
      ['backup', backup],
      ['restore', '--in-place', '--yes'],
    ]) {
      expect(await signet(words, settings), words.join(' ')).toMatchObject({ code: 0 })
    }
    const operator = { result: 'done', actor: 'operator', accountId: null, address: null }
    expect(await entriesOf(database)).toMatchObject([
      { type: 'accounts_imported', detail: { accounts: 2, admins: 1 }, ...operator },
      { type: 'export_started', detail: null, ...operator },
      { type: 'backup_started', detail: null, ...operator },
      {
        type: 'database_reset',
        detail: { sessionsEnded: 0, keysReplaced: 0 },
        ...operator,
      },
    ])

    await using elsewhere = await open()
    expect(await signet(['restore', backup], elsewhere.settings)).toMatchObject({ code: 0 })
    expect(await entriesOf(elsewhere)).toMatchObject([
      {
        type: 'database_restored',
        detail: { accounts: 2, roles: 1, backupCreatedAt: expect.any(Number) },
        ...operator,
      },
    ])
    for (const { settings } of [database, elsewhere]) {
      expect((await signet(['audit', 'verify'], settings)).code).toBe(0)
    }
  })

  test('data leaves although that cannot be written down, and that is said', {
    timeout,
  }, async () => {
    const { settings } = database
    const rows = fileIn(`${name}-one.ndjson`)
    await writeFile(rows, '{"email":"ada@example.com"}')
    expect(await signet(['user', 'import', rows], settings)).toMatchObject({ code: 0 })
    await database.query('alter table audit_points rename to audit_points_gone')
    for (const words of [
      ['user', 'export', '--out', fileIn(`${name}-none.ndjson`)],
      ['backup', fileIn(`${name}-none.gz`)],
    ]) {
      expect(await signet(words, settings), words.join(' ')).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('the audit log does not say that this was done'),
      })
    }
  })
})

describe.each(databases)('administrators on $name', ({ open }) => {
  let database: TestDatabase
  let authority: StartedAuthority
  let client: AuthorityClient

  beforeEach(async () => {
    database = await open()
    authority = await startAuthority({ settings: { ...database.settings } })
    client = authority.client
  })
  afterEach(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  async function signUp(name: string, roles: string[] = []) {
    const { body } = await client.signup(`${name}@example.com`, PASSWORD)
    const id = body.user?.id ?? ''
    for (const role of roles) {
      await database.query(
        `insert into roles values ('${role}', '', 1) on conflict (name) do nothing`,
      )
      await database.query(`insert into account_roles values ('${id}', '${role}')`)
    }
    return { id, token: body.accessToken }
  }

  const post = (path: string, { token }: { token: string }, body?: unknown) =>
    client.call(path, { method: 'POST', token, ...(body === undefined ? {} : { body }) })

  test('K12 who is none and asks all the same is in the audit log, with what was asked', {
    timeout,
  }, async () => {
    const eve = await signUp('eve')
    const victim = await signUp('ada', ['admin'])
    expect((await post(`/admin/accounts/${victim.id}/disable`, eve)).status).toBe(403)
    const refused = (await entriesOf(database)).filter(({ type }) => type === 'admin_refused')
    expect(refused).toMatchObject([
      {
        result: 'refused',
        actor: eve.id,
        accountId: eve.id,
        address: '127.0.0.1',
        detail: { call: 'POST /admin/accounts/:id/disable' },
      },
    ])
  })

  test('the last one cannot be shut out over HTTP, and at the command line can', {
    timeout,
  }, async () => {
    const ada = await signUp('ada', ['admin', 'reader'])
    const bo = await signUp('bo', ['admin'])
    const path = (who: { id: string }, what: string) => `/admin/accounts/${who.id}/${what}`
    expect((await post(path(bo, 'disable'), ada)).status).toBe(200)
    for (const refused of [
      await post(path(ada, 'disable'), ada),
      await post(path(ada, 'roles'), ada, { remove: ['admin'] }),
    ]) {
      expect([refused.status, refused.body]).toMatchObject([409, { code: 'last_admin' }])
    }
    expect((await post(path(ada, 'roles'), ada, { remove: ['reader'] })).status).toBe(200)
    const { body } = await client.login('ada@example.com', PASSWORD)
    const again = { token: body.accessToken }
    expect((await post(path(bo, 'enable'), again)).status).toBe(200)
    expect((await post(path(bo, 'roles'), again, { remove: ['admin'] })).status).toBe(200)
    expect((await post(path(ada, 'disable'), again)).status).toBe(409)
    const run = await signet(['user', 'disable', 'ada@example.com'], database.settings)
    expect(run).toMatchObject({ code: 0, stderr: '' })
  })

  test('two who shut each other out at once are not both shut out', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, other] = [
        await signUp(`one${round}`, ['admin']),
        await signUp(`other${round}`, ['admin']),
      ]
      const answers = await Promise.all([
        post(`/admin/accounts/${one.id}/disable`, other),
        post(`/admin/accounts/${other.id}/roles`, one, { remove: ['admin'] }),
      ])
      // The later of them is refused, or is no administrator any more.
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const left = await database.query(
        `select id from accounts join account_roles on account_id = id
          where role = 'admin' and disabled_at is null`,
      )
      expect(left).toHaveLength(1)
      await database.query(`delete from account_roles where role = 'admin'`)
    }
  })

  test('an audit log that was taken out whole, notes and all, is told by the sessions', {
    timeout,
  }, async () => {
    await signUp('ada')
    const verify = () => signet(['audit', 'verify'], database.settings)
    expect((await verify()).code).toBe(0)
    await database.query('delete from audit')
    expect(await verify()).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('entry 1 and what came after it was cut off'),
    })
    await database.query('delete from audit_points')
    expect(await verify()).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('entry 1 is not the first'),
    })
    // A log begun anew holds in itself.
    await database.query('update sessions set created_at = created_at - 3600')
    await signUp('bo')
    expect(await verify()).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('entry 1 is not the first'),
    })
  })

  test('audit verify says how it ended to nobody who reads, too', { timeout }, async () => {
    await signUp('ada')
    const verifyUnread = async () => {
      const child = spawn(process.execPath, [SIGNET_BIN, 'audit', 'verify'], {
        cwd: folder.path,
        env: { PATH: process.env['PATH'], ...database.settings },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      child.stdout.destroy()
      const [code] = await once(child, 'exit')
      return code
    }
    expect(await verifyUnread()).toBe(0)
    await database.query('delete from audit where sequence = 1')
    expect(await verifyUnread()).toBe(6)
  })
})

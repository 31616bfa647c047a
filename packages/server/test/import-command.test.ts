import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  databases,
  openTempFolder,
  runSignet,
  SIGNET_BIN,
  spawnAuthority,
  type TempFolder,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'
const BCRYPT = '$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'
const FIREBASE = {
  kind: 'firebase',
  salt: '42xEC+ixf3L2lw==',
  hash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
}
/** From the README of Firebase's own scrypt. */
const FIREBASE_CONFIG = `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}`

const toLines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** Each starts up to a dozen processes, one after the other. */
const timeout = 120_000

describe('signet user import and export', { timeout }, () => {
  let folder: TempFolder

  beforeEach(async () => {
    folder = await openTempFolder()
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const signet = (words: string[], stdin = '', settings: Record<string, string> = {}) =>
    runSignet(['user', ...words], { cwd: folder.path, stdin, settings })
  const put = (name: string, text: string | Buffer) => writeFile(join(folder.path, name), text)
  const get = (name: string) => readFile(join(folder.path, name), 'utf8')

  test('a file, judged first and then imported, makes the database and says what became of it', async () => {
    const rows = [
      { email: 'ada@example.com', roles: ['editor'], passwordHash: BCRYPT },
      { email: 'bob@example.com', password: 'hunter2' },
      { email: 'ada@EXAMPLE.com' },
    ]
    await put('rows.ndjson', `${toLines(rows)}{"email":\n`)
    const dry = await signet(['import', 'rows.ndjson', '--dry-run'])
    expect(dry).toMatchObject({
      code: 2,
      stdout: '4 rows: 1 to import, 0 there already, 3 refused\n',
    })
    expect(dry.stderr).toContain('the role editor would be new')
    expect(dry.stderr).toContain('nothing was written')
    expect(await readdir(folder.path)).toEqual(['rows.ndjson'])

    const run = await signet(['import', 'rows.ndjson', '--report', 'refused.ndjson'])
    expect(run).toMatchObject({
      code: 2,
      stdout: '4 rows: 1 imported, 0 there already, 3 refused\n',
    })
    expect(run.stderr).toMatch(
      /line 2: passwords in the clear are not taken[^\n]*\n.*line 3: .*\n.*line 4: /,
    )
    expect(run.stderr + run.stdout).not.toContain('hunter2')
    const report = (await get('refused.ndjson'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(report).toEqual([
      { line: 2, code: 'password_in_clear', reason: expect.any(String) },
      { line: 3, code: 'account_differs', reason: expect.any(String) },
      { line: 4, code: 'not_json', reason: 'the line is not JSON' },
    ])
    expect((await stat(join(folder.path, 'refused.ndjson'))).mode & 0o777).toBe(0o600)

    const again = await signet(['import', 'rows.ndjson', '--skip-existing', '--json'])
    expect(again.code).toBe(2)
    expect(JSON.parse(again.stdout)).toEqual({
      rows: 4,
      imported: 0,
      existing: 1,
      skipped: 1,
      refused: 2,
      rolesMade: [],
      dryRun: false,
    })
  })

  test('rows from stdin; the first refusals are shown and the others counted', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({ email: `person${index}` }))
    const run = await signet(['import', '-'], toLines([...rows, { email: 'ada@example.com' }]))
    expect(run).toMatchObject({
      code: 2,
      stdout: '26 rows: 1 imported, 0 there already, 25 refused\n',
    })
    expect(run.stderr.match(/line \d+:/g)).toHaveLength(10)
    expect(run.stderr).toContain('and 15 more: --report FILE lists them all')
    const good = await signet(['import', '-'], toLines([{ email: 'bob@example.com' }]))
    expect(good).toMatchObject({ code: 0, stderr: '' })
    expect(await signet(['import', '-'], '')).toMatchObject({
      code: 0,
      stdout: '0 rows: 0 imported, 0 there already, 0 refused\n',
    })
  })

  test('hashes of Firebase need the parameters of their project, from a file', async () => {
    await put('rows.ndjson', toLines([{ email: 'ada@example.com', passwordHash: FIREBASE }]))
    await put('config.txt', FIREBASE_CONFIG)
    await put('broken.txt', FIREBASE_CONFIG.replace('rounds', 'round'))
    const without = await signet(['import', 'rows.ndjson'])
    expect(without.code).toBe(2)
    expect(without.stderr).toContain('line 1: a hash of Firebase needs the parameters')
    const broken = await signet(['import', 'rows.ndjson', '--firebase-params', 'broken.txt'])
    expect(broken).toMatchObject({ code: 2, stdout: '' })
    expect(broken.stderr).toContain('there is no rounds')
    expect(broken.stderr).not.toContain('jxspr8Ki')
    const run = await signet(['import', 'rows.ndjson', '--firebase-params', 'config.txt'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
  })

  test('what is no file of rows is refused in words', async () => {
    await mkdir(join(folder.path, 'folder'))
    await put('report.ndjson', 'mine')
    await put('rows.ndjson', toLines([{ email: 'ada@example.com' }]))
    const cases: [words: string[], why: string][] = [
      [['nowhere.ndjson'], 'there is no such file'],
      [['folder'], 'this is a folder'],
      [['rows.ndjson', '--firebase-params', 'nowhere'], 'there is no such file'],
      [['rows.ndjson', '--report', 'report.ndjson'], 'there is such a file already'],
      [['rows.ndjson', '--report', 'nowhere/report'], 'cannot be made (ENOENT)'],
    ]
    await Promise.all(
      cases.map(async ([words, why]) => {
        const run = await signet(['import', ...words])
        expect(run).toMatchObject({ code: 2, stdout: '' })
        expect(run.stderr).toContain(why)
      }),
    )
    expect(await get('report.ndjson')).toBe('mine')
    await put('binary', Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7) % 256)))
    const binary = await signet(['import', 'binary'])
    expect(binary.code).toBe(2)
    expect(binary.stdout).toMatch(/^\d+ rows: 0 imported/)
  })

  test('an export is for its owner only, whole, and comes back as the same accounts', async () => {
    const rows = [
      {
        email: 'ada@example.com',
        name: 'Ada',
        roles: ['editor'],
        passwordHash: BCRYPT,
        createdAt: 5,
      },
      { email: 'bob@example.com', disabled: true },
    ]
    await signet(['import', '-'], toLines(rows))
    const run = await signet(['export', '--out', 'out.ndjson'])
    expect(run).toMatchObject({ code: 0, stdout: '2 accounts\n' })
    expect((await stat(join(folder.path, 'out.ndjson'))).mode & 0o777).toBe(0o600)
    const exported = await get('out.ndjson')
    const piped = await signet(['export'])
    expect(piped).toMatchObject({ code: 0, stdout: exported })
    expect(await signet(['import', 'out.ndjson'])).toMatchObject({
      code: 0,
      stdout: '2 rows: 0 imported, 2 there already, 0 refused\n',
    })
    const elsewhere = { SIGNET_DATABASE_URL: 'sqlite:./elsewhere.db' }
    expect(await signet(['import', 'out.ndjson'], '', elsewhere)).toMatchObject({
      code: 0,
      stdout: '2 rows: 2 imported, 0 there already, 0 refused\n',
    })
    expect((await signet(['export'], '', elsewhere)).stdout).toBe(exported)
  })

  test('an export replaces a file only when it is told to, and makes no database', async () => {
    await signet(['import', '-'], toLines([{ email: 'ada@example.com' }]))
    await put('out.ndjson', 'mine')
    const [refused, none] = await Promise.all([
      signet(['export', '--out', 'out.ndjson']),
      signet(['export'], '', { SIGNET_DATABASE_URL: 'sqlite:./none.db' }),
    ])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(await readdir(folder.path)).toEqual(['data', 'out.ndjson'])
    expect(await get('out.ndjson')).toBe('mine')
    const forced = await signet(['export', '--out', 'out.ndjson', '--force', '--json'])
    expect(JSON.parse(forced.stdout)).toEqual({ file: 'out.ndjson', accounts: 1 })
    expect(JSON.parse(await get('out.ndjson'))).toMatchObject({ email: 'ada@example.com' })
  })

  test('an interrupted import says how to go on', async () => {
    const child = spawn(process.execPath, [SIGNET_BIN, 'user', 'import', '-'], {
      cwd: folder.path,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let told = ''
    child.stderr.on('data', (text) => {
      told += text
    })
    const ended = once(child, 'close')
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      email: `person${index}@example.com`,
    }))
    child.stdin.write(toLines(rows))
    await waitUntil('a thousand accounts are there', async () => {
      const { stdout } = await signet(['export'])
      return stdout.split('\n').length === 1_001
    })
    child.kill('SIGINT')
    expect((await ended)[0]).toBe(130)
    expect(told).toBe(
      'signet: interrupted after 1,000 rows: run the same again to go on from there\n',
    )
  })
})

describe.each(databases)('on $name', { timeout }, ({ open }) => {
  const ROWS = 6_000
  const CYCLES = 6
  const SEED = 20_261_123
  let database: TestDatabase
  let folder: TempFolder

  beforeAll(async () => {
    database = await open()
    folder = await openTempFolder()
  })
  afterAll(async () => {
    await folder[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  test(`an import that is killed again and again loses nothing and doubles nothing, seed ${SEED}`, async () => {
    const rows = Array.from({ length: ROWS }, (_, index) => ({
      // Without an id, what is there is known by its address alone.
      ...(index % 2 === 0 ? { id: `old|${index}`, createdAt: 1_700_000_000 + index } : {}),
      email: `person${index}@example.com`,
      roles: index % 4 === 0 ? ['editor', 'member'] : ['member'],
      passwordHash: BCRYPT,
    }))
    const file = join(folder.path, 'rows.ndjson')
    await writeFile(file, toLines(rows))
    const { settings } = database
    const count = async () => {
      const [row] = await database.query('select count(*) as count from accounts')
      return Number(row?.['count'])
    }
    await runSignet(['migrate'], { cwd: folder.path, settings })

    let random = SEED
    const progress: number[] = []
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const before = await count()
      const child = spawn(process.execPath, [SIGNET_BIN, 'user', 'import', file], {
        cwd: folder.path,
        env: { ...process.env, ...settings },
        stdio: 'ignore',
      })
      const ended = once(child, 'exit')
      random = (random * 48_271) % 2_147_483_647
      const more = before + 1 + (random % 900)
      await waitUntil('some more rows are in', async () => {
        return child.exitCode !== null || (await count()) >= Math.min(more, ROWS)
      })
      child.kill('SIGKILL')
      await ended
      progress.push((await count()) - before)
    }
    // Otherwise nothing was ever killed on the way.
    expect(progress.filter((rows) => rows > 0).length).toBeGreaterThan(1)

    const last = await runSignet(['user', 'import', file, '--json'], { cwd: folder.path, settings })
    const counts = JSON.parse(last.stdout)
    expect(counts).toMatchObject({ rows: ROWS, refused: 0, skipped: 0 })
    expect(counts.imported + counts.existing).toBe(ROWS)
    expect(counts.existing).toBe(progress.reduce((sum, rows) => sum + rows, 0))
    expect(await count()).toBe(ROWS)
    const [roles] = await database.query('select count(*) as count from account_roles')
    expect(Number(roles?.['count'])).toBe(ROWS + ROWS / 4)
    const again = await runSignet(['user', 'import', file], { cwd: folder.path, settings })
    expect(again).toMatchObject({
      code: 0,
      stdout: '6,000 rows: 0 imported, 6,000 there already, 0 refused\n',
    })
  })

  test('a running authority answers while accounts come in, and lets them log in', async () => {
    await using empty = await open()
    await using authority = await spawnAuthority({ settings: empty.settings })
    const rows = Array.from({ length: 5_000 }, (_, index) => ({
      email: `person${index}@example.com`,
      passwordHash: BCRYPT,
    }))
    await writeFile(join(folder.path, 'more.ndjson'), toLines(rows))
    const { body } = await authority.client.signup('ada@example.com', PASSWORD)
    let refreshToken = body.refreshToken
    const { settings } = empty
    const words = ['user', 'import', 'more.ndjson']
    let isDone = false
    const importing = runSignet(words, { cwd: folder.path, settings }).finally(() => {
      isDone = true
    })
    const statuses: number[] = []
    while (!isDone) {
      const answer = await authority.client.refresh(refreshToken)
      statuses.push(answer.status)
      if (answer.status === 200) refreshToken = answer.body.refreshToken
    }
    expect(await importing).toMatchObject({ code: 0, stderr: '' })
    expect(statuses.length).toBeGreaterThan(1)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect((await authority.client.login('person4999@example.com', PASSWORD)).status).toBe(200)
  })
})

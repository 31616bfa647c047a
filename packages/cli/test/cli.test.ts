import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  openTempFolder,
  runSignet,
  SIGNET_BIN,
  spawnAuthority,
  startAuthority,
  type TempFolder,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'

let folder: TempFolder

beforeAll(async () => {
  folder = await openTempFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

function signet(
  words: string[],
  options: { stdin?: string; settings?: Record<string, string> } = {},
) {
  return runSignet(words, { cwd: folder.path, ...options })
}

describe('signet', () => {
  test('--help lists every command, and so does no command at all, on stderr and with 2', async () => {
    const [help, nothing] = await Promise.all([signet(['--help']), signet([])])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of ['dev', 'serve', 'user', 'token', 'key', 'secret', 'completion']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    }
    expect(nothing).toMatchObject({ code: 2, stdout: '' })
    expect(nothing.stderr).toContain('Usage: signet')
  })

  test('--version prints the version alone', async () => {
    expect(await signet(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
  })

  test('an unknown command suggests the nearest and exits with 2', async () => {
    const [top, below] = await Promise.all([signet(['tokn']), signet(['user', 'creat'])])
    expect(top).toMatchObject({ code: 2, stdout: '' })
    expect(top.stderr).toMatch(/unknown command 'tokn'[\s\S]*Did you mean token\?/)
    expect(below).toMatchObject({ code: 2, stdout: '' })
    expect(below.stderr).toMatch(/unknown command 'creat'[\s\S]*Did you mean create\?/)
  })

  test('an unknown option exits with 2', async () => {
    const run = await signet(['secret', 'create', '--length', '8'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain("unknown option '--length'")
  })
})

describe('signet secret create', () => {
  test('prints 32 random bytes as 43 characters, others each time', async () => {
    const [one, two, json] = await Promise.all([
      signet(['secret', 'create']),
      signet(['secret', 'create']),
      signet(['secret', 'create', '--json']),
    ])
    for (const run of [one, two, json]) expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(one.stdout).toMatch(/^[\w-]{43}\n$/)
    expect(Buffer.from(one.stdout.trim(), 'base64url')).toHaveLength(32)
    expect(two.stdout).not.toBe(one.stdout)
    expect(JSON.parse(json.stdout)).toEqual({ secret: expect.stringMatching(/^[\w-]{43}$/) })
  })
})

describe('signet user', () => {
  const create = (email: string, words: string[] = [], stdin = `${PASSWORD}\n`) =>
    signet(['user', 'create', email, ...words], { stdin })

  test('list refuses where there is no database, and makes none', async () => {
    const run = await signet(['user', 'list'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('there is no database at')
    expect(await readdir(folder.path)).not.toContain('data')
  })

  test('create takes the password from stdin and says which roles are new', async () => {
    const run = await create('Ada@example.com', [
      '--role',
      'admin',
      '--role',
      'orders',
      '--name',
      'Ada',
    ])
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(
      /^acc_[\w-]{22} {2}[\d-]{10} [\d:]{5} {2}ada@example\.com {2}admin orders\n$/,
    )
    expect(run.stderr).toMatch(/role admin is new[\s\S]*role orders is new/)
  })

  test('create takes the first line of a password file', async () => {
    const file = join(folder.path, 'password.txt')
    await writeFile(file, `${PASSWORD}\r\nsecond line\n`)
    const run = await create(
      'bo@example.com',
      ['--password-file', file, '--json', '--role', 'admin'],
      '',
    )
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(run.stdout)).toEqual({
      id: expect.stringMatching(/^acc_/),
      email: 'bo@example.com',
      name: null,
      roles: ['admin'],
      scopes: [],
      emailVerified: false,
      disabledAt: null,
      createdAt: expect.any(Number),
    })
  })

  test.each<[string, string, string[], string | undefined, RegExp]>([
    ['a taken address', 'ADA@example.com', [], undefined, /there is an account with this/i],
    ['a bad address', 'ada', [], undefined, /e-mail address/],
    ['a short password', 'cy@example.com', [], 'seven77\n', /at least 8 characters/],
    ['no password', 'cy@example.com', [], '', /password is needed/],
    ['an empty line as password', 'cy@example.com', [], '\n', /password is needed/],
    ['a role of another form', 'cy@example.com', ['--role', 'Ad Min'], undefined, /role name/],
    [
      'a password file that is not there',
      'cy@example.com',
      ['--password-file', 'nowhere'],
      undefined,
      /nowhere cannot be read/,
    ],
  ])('create refuses %s with 2', async (_name, email, words, stdin, why) => {
    const run = await create(email, words, stdin)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/^signet: .+\n$/)
    expect(run.stderr).toMatch(why)
    expect(run.stderr).not.toContain(PASSWORD)
  })

  test('a password in the words is not taken', async () => {
    const words = ['user', 'create', 'cy@example.com', '--password', 'typed where all see it']
    const run = await signet(words)
    expect(run).toMatchObject({ code: 2, stdout: '' })
  })

  test('list prints one line per account that was made, as text and as JSON', async () => {
    const [text, json] = await Promise.all([
      signet(['user', 'list']),
      signet(['user', 'list', '--json']),
    ])
    // Both were made within one second, so either may be first.
    const rows = text.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(rows.map(([, , ...rest]) => rest).sort()).toEqual([
      ['ada@example.com', 'admin orders'],
      ['bo@example.com', 'admin'],
    ])
    for (const [id, created] of rows) {
      expect([id, created]).toEqual([
        expect.stringMatching(/^acc_[\w-]{22}$/),
        expect.stringMatching(/^[\d-]{10} [\d:]{5}$/),
      ])
    }
    const lines = json.stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).email).sort()).toEqual([
      'ada@example.com',
      'bo@example.com',
    ])
    expect(json.stdout).not.toContain('argon2')
  })

  test('create before the first start leaves a folder that an authority starts in', async () => {
    await using authority = await spawnAuthority()
    await authority.stop()
    await rm(join(authority.folder, 'data'), { recursive: true })
    const words = ['user', 'create', 'first@example.com']
    const run = await runSignet(words, { cwd: authority.folder, stdin: `${PASSWORD}\n` })
    expect(run.code).toBe(0)
    await authority.start()
    expect((await authority.client.login('first@example.com', PASSWORD)).status).toBe(200)
  })

  test('a reader that stops reading is no failure', async () => {
    const child = spawn(process.execPath, [SIGNET_BIN, 'user', 'list'], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ code: child.exitCode, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('works beside a running authority, which lets the new user in with the role in the token', async () => {
    await using authority = await startAuthority()
    const settings = { SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}` }
    await authority.client.signup('first@example.com', PASSWORD)
    const run = await signet(['user', 'create', 'second@example.com', '--role', 'admin'], {
      stdin: PASSWORD,
      settings,
    })
    expect(run.code).toBe(0)
    const { status, body } = await authority.client.login('second@example.com', PASSWORD)
    expect(status).toBe(200)
    expect(body.user).toMatchObject({ roles: ['admin'] })
    expect(decode(body.accessToken).claims['roles']).toEqual(['admin'])
    const list = await signet(['user', 'list'], { settings })
    expect(list.stdout).toMatch(/first@example\.com {2}-\n/)
    expect(list.stdout).toMatch(/second@example\.com {2}admin\n/)
  })

  test('wrong settings stop a command as they stop a start', async () => {
    const settings = { SIGNET_DATABASE_URL: 'oracle://tiger', SIGNET_PORT: 'x' }
    const run = await signet(['user', 'list'], { settings })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/SIGNET_PORT[\s\S]*SIGNET_DATABASE_URL/)
    expect(run.stderr).not.toContain('tiger')
  })
})

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

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token that nobody signed: enough for what does not verify. */
function tokenOf(
  claims: object,
  header: object = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' },
): string {
  return `${segment(header)}.${segment(claims)}.${'A'.repeat(86)}`
}

describe('signet', () => {
  test('--help lists every command, and so does no command at all, on stderr and with 2', async () => {
    const [help, nothing] = await Promise.all([signet(['--help']), signet([])])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of ['dev', 'serve', 'user', 'token', 'secret']) {
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

describe('signet token explain', () => {
  const explain = (stdin: string, ...words: string[]) =>
    signet(['token', 'explain', ...words], { stdin })

  test('shows header and claims, with times in words', async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      sub: 'acc_1',
      iat: now - 3 * 86_400,
      exp: now + 1_800,
      nbf: 1e300,
      roles: ['admin'],
    }
    const run = await explain(`Bearer ${tokenOf(claims)}\n`, '-')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/^Not verified/)
    expect(run.stdout).toMatch(/^ {2}alg +ES256$/m)
    expect(run.stdout).toMatch(/^ {2}sub +acc_1$/m)
    expect(run.stdout).toMatch(/^ {2}roles +\["admin"\]$/m)
    expect(run.stdout).toMatch(/^ {2}iat +\d+ {2}\d{4}-\d\d-\d\dT[\d:]+Z \(3 days ago\)$/m)
    expect(run.stdout).toMatch(/^ {2}exp +\d+ {2}\d{4}-\d\d-\d\dT[\d:]+Z \(in 30 minutes\)$/m)
    expect(run.stdout).toMatch(/^ {2}nbf .*\(not a time\)$/m)
  })

  test('--json prints header and claims as JSON', async () => {
    const run = await explain(tokenOf({ sub: 'acc_1', exp: 5 }), '--json')
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({
      header: { alg: 'ES256', kid: 'k1' },
      claims: { sub: 'acc_1', exp: 5 },
    })
  })

  test('H15 no control character of a token reaches the terminal, in names, values or below them', async () => {
    const evil = '\u001b[2J\u0007\u009b31m\u202e\r\nexp: never\u2028'
    const claims = { sub: evil, [evil]: 'x', list: [evil, { [evil]: evil }], exp: 5 }
    for (const words of [[], ['--json']]) {
      const run = await explain(tokenOf(claims, { alg: 'ES256', kid: evil }), ...words)
      expect(run.code).toBe(0)
      expect(run.stdout).toMatch(/^[\n\x20-\x7e]+$/)
    }
  })

  test.each(['garbage', 'a.b', 'a.b.c', `${tokenOf({ sub: 'x' })}=`, `rt_${'A'.repeat(75)}`])(
    'what is no token exits with 3 and is not repeated: %s',
    async (text) => {
      const run = await explain(text)
      expect(run).toMatchObject({ code: 3, stdout: '' })
      expect(run.stderr).toMatch(/^signet: this is not a token: .+\n$/)
      expect(run.stderr).not.toContain(text)
    },
  )

  test('a token as argument is refused with 2, since the shell would remember it', async () => {
    const token = tokenOf({ sub: 'acc_1' })
    const run = await signet(['token', 'explain', token])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('history')
    expect(run.stderr).not.toContain(token)
  })

  test('nothing on stdin exits with 2', async () => {
    const run = await explain(' \n')
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('stdin')
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
    expect(run.stdout).toMatch(/^acc_[\w-]{22} {2}ada@example\.com {2}admin orders\n$/)
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
    const run = await signet(['user', 'create', 'cy@example.com', '--password', PASSWORD])
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
    const settings = { SIGNET_DATABASE_URL: `sqlite:${authority.config.databasePath}` }
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

import { execFile } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  runSignet,
  SIGNET_BIN,
  type SpawnedAuthority,
  spawnAuthority,
  type TokenAnswer,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Each test starts several processes, one after the other. */
const timeout = 120_000
const PASSWORD = 'correct horse battery'

describe('signet client and signet revoke, beside a running authority', { timeout }, () => {
  let authority: SpawnedAuthority

  beforeAll(async () => {
    authority = await spawnAuthority()
  }, timeout)
  afterAll(() => authority[Symbol.asyncDispose]())

  const signet = (words: string[], stdin = '') =>
    runSignet(words, { cwd: authority.folder, settings: authority.settings, stdin })

  const issuer = () => authority.url.replace('127.0.0.1', 'localhost')

  async function create(words: string[] = []) {
    const terms = ['--scope', 'pay', '--audience', issuer()]
    const run = await signet(['client', 'create', 'billing', ...terms, '--json', ...words])
    expect(run).toMatchObject({ code: 0 })
    return JSON.parse(run.stdout) as { id: string; secret: string }
  }

  async function askToken({ id, secret }: { id: string; secret: string }) {
    const response = await fetch(`${authority.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const body = (await response.json()) as { access_token: string }
    return { status: response.status, token: body.access_token }
  }

  async function signUp(name: string): Promise<TokenAnswer> {
    return (await authority.client.signup(`${name}@example.com`, PASSWORD)).body
  }

  test('a client is made, shown, listed, stopped and forgotten', async () => {
    const made = await create(['--right', 'feed'])
    expect((await askToken(made)).status).toBe(200)
    const shown = await signet(['client', 'show', made.id])
    expect(shown.stdout).toContain(`${made.id}  `)
    expect(shown.stdout).toContain('billing  feed\n')
    expect(shown.stdout).toContain(issuer())
    expect(shown.stdout).not.toContain(made.secret)
    expect((await signet(['client', 'list'])).stdout).toContain(made.id)

    const disabled = await signet(['client', 'disable', made.id])
    expect(disabled.stdout).toMatch(/ {2}disabled\n$/)
    expect((await askToken(made)).status).toBe(401)
    await signet(['client', 'enable', made.id])
    expect((await askToken(made)).status).not.toBe(401)
    const gone = await signet(['client', 'delete', made.id])
    expect(gone).toMatchObject({ code: 0, stdout: '' })
    expect((await askToken(made)).status).toBe(401)
    expect(await signet(['client', 'show', made.id])).toMatchObject({ code: 2, stdout: '' })
  })

  test('a secret goes into a file of its own, and never over one that is there', async () => {
    const out = join(authority.folder, 'one.secret')
    const run = await signet(['client', 'create', 'quiet', '--audience', issuer(), '--out', out])
    const [id = ''] = run.stdout.split('  ')
    const secret = (await readFile(out, 'utf8')).trim()
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    expect(run.stdout + run.stderr).not.toContain(secret)
    expect((await askToken({ id, secret })).status).toBe(200)

    const again = await signet(['client', 'secret', id, '--out', out])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toMatch(/^signet: --out: there is such a file already\n$/)
    expect((await readFile(out, 'utf8')).trim()).toBe(secret)
    const nobody = join(authority.folder, 'nobody.secret')
    expect(await signet(['client', 'secret', 'cli_x', '--out', nobody])).toMatchObject({ code: 2 })
    await expect(stat(nobody)).rejects.toThrow('ENOENT')
  })

  test('a secret that cannot be written down is told, and leaves no file', async () => {
    const { id } = await create()
    const tokenFile = await logInAdmin()
    const settings = { SIGNET_ADMIN_TOKEN_FILE: tokenFile, SIGNET_URL: authority.url }
    const out = join(authority.folder, 'no-room.secret')
    const words = ['client', 'secret', id, '--out', out]
    // No byte goes into any file of this process, as on a disk that is full.
    const limited = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, SIGNET_BIN, ...words]
    const env = { PATH: process.env['PATH'], ...settings }
    const { code, stderr } = await promisify(execFile)('sh', limited, {
      env,
      cwd: authority.folder,
    }).then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(/^signet: --out: the file cannot be written \(EFBIG\); .*\n$/)
    expect(stderr).toContain(`\`signet client secret ${id}\` makes another`)
    await expect(stat(out)).rejects.toThrow('ENOENT')
    const files = await readdir(authority.folder)
    expect(files.filter((name) => name.includes('no-room'))).toEqual([])
    expect((await signet(['client', 'show', id])).stdout).toContain('two, the newest since')
  })

  async function logInAdmin(): Promise<string> {
    const email = 'root@example.com'
    await signet(['user', 'create', email, '--role', 'admin'], PASSWORD)
    const { body } = await authority.client.login(email, PASSWORD)
    const file = join(authority.folder, 'admin.token')
    await writeFile(file, body.accessToken, { mode: 0o600 })
    return file
  }

  test('a new secret works beside the one before, until that is dropped or revoked', async () => {
    const { id, secret: first } = await create()
    const second = JSON.parse((await signet(['client', 'secret', id, '--json'])).stdout).secret
    const works = async (secret: string) => (await askToken({ id, secret })).status !== 401
    expect([await works(first), await works(second)]).toEqual([true, true])
    const dropped = await signet(['client', 'secret', id, '--drop-former'])
    expect(dropped.stdout).toContain('one, since')
    expect([await works(first), await works(second)]).toEqual([false, true])
    const renewal = await signet(['client', 'secret', id, '--revoke', '--json'])
    const third = JSON.parse(renewal.stdout).secret
    expect([await works(second), await works(third)]).toEqual([false, true])
    const both = await signet(['client', 'secret', id, '--drop-former', '--revoke'])
    expect(both).toMatchObject({ code: 2, stdout: '' })
  })

  test('a token that is shown ends its session, whichever of the two it is', async () => {
    for (const [name, pick] of [
      ['ada', ({ accessToken }: TokenAnswer) => accessToken],
      ['bob', ({ refreshToken }: TokenAnswer) => refreshToken],
    ] as const) {
      const user = await signUp(name)
      const sid = decode(user.accessToken).claims['sid']
      const run = await signet(['revoke', 'token', '--json'], pick(user))
      expect(JSON.parse(run.stdout)).toEqual({ kind: 'session', id: sid })
      expect((await authority.client.profile(user.accessToken)).status).toBe(401)
      expect((await authority.client.refresh(user.refreshToken)).status).toBe(401)
    }
  })

  test('a forged token ends nothing', async () => {
    const { accessToken } = await signUp('carol')
    const forged = `${accessToken.slice(0, -8)}AAAAAAAA`
    const run = await signet(['revoke', 'token'], forged)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('no token of this authority')
    expect(run.stderr).not.toContain(forged)
    expect((await authority.client.profile(accessToken)).status).toBe(200)
  })

  test('by its id a token ends alone, and a session by its own', async () => {
    const { accessToken, refreshToken } = await signUp('dave')
    const { jti, sid } = decode(accessToken).claims
    expect(await signet(['revoke', 'token', String(jti)])).toMatchObject({
      code: 0,
      stdout: `token  ${jti}\n`,
    })
    expect((await authority.client.profile(accessToken)).status).toBe(401)
    const { body } = await authority.client.refresh(refreshToken)
    expect((await authority.client.profile(body.accessToken)).status).toBe(200)
    await signet(['revoke', 'session', String(sid)])
    expect((await authority.client.profile(body.accessToken)).status).toBe(401)
  })

  test('sessions end together, and what names none is refused before any ends', async () => {
    const users = [await signUp('erin'), await signUp('frank')]
    const ids = users.map(({ accessToken }) => String(decode(accessToken).claims['sid']))
    for (const words of [
      ['revoke', 'session'],
      ['session', 'end'],
    ]) {
      const run = await signet([...words, ...ids, String(ids[0]).slice(0, -1)])
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toContain('ses_ and 22 characters')
    }
    for (const { accessToken } of users) {
      expect((await authority.client.profile(accessToken)).status).toBe(200)
    }
    const run = await signet(['revoke', 'session', ...ids])
    expect(run.stdout).toBe(ids.map((id) => `session  ${id}\n`).join(''))
    expect(run.stderr).toMatch(/^signet: ended; .*\n$/)
    for (const { accessToken } of users) {
      expect((await authority.client.profile(accessToken)).status).toBe(401)
    }
  })

  test('an id that would move the cursor is printed as text', async () => {
    const run = await signet(['revoke', 'token', 'a\u001b[2Jb'])
    expect(run).toMatchObject({ code: 0, stdout: 'token  a\\u001b[2Jb\n' })
  })

  test('a token of a client ends alone, and all of them by the client', async () => {
    const made = await create()
    const { token: one } = await askToken(made)
    const { token: other } = await askToken(made)
    const asker = await create(['--right', 'introspect'])
    const isActive = async (token: string) => {
      const response = await fetch(`${authority.url}/oauth/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ token, client_id: asker.id, client_secret: asker.secret }),
      })
      return ((await response.json()) as { active: boolean }).active
    }
    const run = await signet(['revoke', 'token', '--json'], `Bearer ${one}\n`)
    expect(JSON.parse(run.stdout)).toEqual({ kind: 'token', id: decode(one).claims['jti'] })
    expect([await isActive(one), await isActive(other)]).toEqual([false, true])
    await signet(['revoke', 'client', made.id])
    expect(await isActive(other)).toBe(false)
  })
})

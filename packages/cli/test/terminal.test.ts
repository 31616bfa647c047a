// How the command behaves on a terminal, in a pipe and when it is interrupted. The terminal is
// util-linux `script`, which gives a command one of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { SIGNET_BIN, startAuthority, waitUntil } from '@signet/testkit'
import { exportJwk } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIssuer } from './issuer-double.ts'
import { type Desk, openDesk } from './open-desk.ts'
import { accessToken, key, NOW } from './sample-tokens.ts'

let desk: Desk
const isLinux = process.platform === 'linux'

beforeAll(async () => {
  desk = await openDesk()
  await desk.put('k.jwk', JSON.stringify(exportJwk(key)))
  await desk.put('t.txt', accessToken)
})
afterAll(() => desk[Symbol.asyncDispose]())

const SIGNET = `'${process.execPath}' '${SIGNET_BIN}'`

interface Typing {
  readonly keys?: string
  readonly invitation?: string
}

/** Runs a line of shell; what it types is sent when the invitation to do so has come. */
async function run(
  line: string,
  { keys = '', env = {}, invitation = 'Ctrl-D' }: Typing & { readonly env?: object } = {},
) {
  // The runtime believes that no terminal has colours where CI is set.
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...inherited } = process.env
  const child = spawn('bash', ['-c', line], {
    cwd: desk.folder,
    env: { ...inherited, TERM: 'xterm-256color', ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let shown = ''
  child.stdin.on('error', () => {})
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const isInvited = shown.includes(invitation)
    shown += chunk
    if (!isInvited && shown.includes(invitation)) child.stdin.write(keys)
  })
  const stderr = text(child.stderr)
  await once(child, 'close')
  return { code: child.exitCode, stdout: shown, stderr: await stderr }
}

/** The same on a terminal. */
function runOnTerminal(words: string, options: Typing & { readonly env?: object } = {}) {
  return run(`script -qefc "stty cols 80; exec ${SIGNET} ${words}" /dev/null`, options)
}

describe.skipIf(!isLinux)('on a terminal', () => {
  test('a token longer than a line of a terminal is pasted unseen', async () => {
    const long = `${'a'.repeat(2_000)}.${'b'.repeat(6_000)}.c`
    const verify = 'token verify --any-issuer --any-audience --key-file k.jwk'
    const { code, stdout } = await runOnTerminal(verify, { keys: `${long}\r\u0004` })
    expect(stdout).toContain('Paste the token (it is not shown), then Ctrl-D:')
    expect(stdout).not.toContain('aaaa')
    // More than the terminal's 4,095 characters arrived, and not the line end behind them.
    expect(stdout).toContain('[header_invalid]')
    expect(code).toBe(3)
  })

  test('it is explained with colours, and without them where NO_COLOR is set', async () => {
    const explain = `token explain --now ${NOW}`
    const keys = `${accessToken}\u0004`
    const coloured = await runOnTerminal(explain, { keys })
    expect(coloured.code).toBe(0)
    expect(coloured.stdout).toContain('\u001b[1mClaims\u001b[22m')
    const plain = await runOnTerminal(explain, { keys, env: { NO_COLOR: '1' } })
    expect(plain.code).toBe(0)
    expect(plain.stdout).toMatch(/^Claims\r$/m)
    expect(plain.stdout).not.toContain('\u001b')
  })

  test('Ctrl-C while it waits is 130, Ctrl-D at once is 2', async () => {
    const waiting = await runOnTerminal('token explain', { keys: 'ey\u0003' })
    expect(waiting.code).toBe(130)
    const empty = await runOnTerminal('token explain', { keys: '\u0004' })
    expect(empty.code).toBe(2)
    expect(empty.stdout).toContain('nothing came in')
  })

  test('a signing key is revoked by whoever types which, or says --yes', async () => {
    await using authority = await startAuthority()
    await authority.stop()
    const env = { SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}` }
    const { stdout } = await run(`${SIGNET} key list --json`, { env })
    const [first = ''] = stdout.split('\n')
    const { kid } = JSON.parse(first) as { kid: string }
    const revoke = `key revoke ${kid}`
    const answer = (word: string) =>
      runOnTerminal(revoke, { keys: `${word}\r`, invitation: 'to go on:', env })
    const wrong = await answer('yes')
    expect([wrong.code, wrong.stdout.includes('nothing was done')]).toEqual([130, true])
    const unasked = await run(`${SIGNET} ${revoke} < /dev/null`, { env })
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('say --yes')])
    const right = await answer(kid.slice(0, 6))
    expect([right.code, right.stdout.includes('the key is revoked')]).toEqual([0, true])
  }, 120_000)

  test('a private key is not shown there', async () => {
    const { code, stdout } = await runOnTerminal('key create --alg ES256')
    expect(code).toBe(2)
    expect(stdout).toContain('--out k.jwk')
    expect(stdout).not.toContain('"d"')
  })
})

describe('in a pipe', () => {
  test('a reader that stops reading is no failure', async () => {
    const explain = `set -o pipefail; ${SIGNET} token explain --json t.txt`
    expect(await run(`${explain} | head -n 1`)).toEqual({ code: 0, stdout: '{\n', stderr: '' })
    // Gone before there is anything to read.
    expect(await run(`${explain} | true`)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test.skipIf(!isLinux)('an output that takes nothing is 1, and said in one line', async () => {
    const { code, stderr } = await run(`${SIGNET} token explain t.txt > /dev/full`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^signet: [^\n]+ENOSPC[^\n]+\n$/)
  })

  test('a closed stdin is an empty one', async () => {
    const { code, stderr } = await run(`${SIGNET} token explain <&-`)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^signet: nothing came in on stdin: [^\n]+\n$/)
  })

  test('one command feeds the next', async () => {
    const create = `${SIGNET} token create --key-file new.jwk --issuer i --audience a --subject s --expires-in 1m`
    const verify = `${SIGNET} token verify --key-file - --issuer i --audience a`
    const line = `${SIGNET} key create --alg EdDSA --out new.jwk && ${create} > new.txt && \
      ${SIGNET} key export new.jwk --public | ${verify.replace('verify', 'verify new.txt')}`
    const { code, stdout } = await run(line)
    expect(stdout).toContain('Accepted.')
    expect(code).toBe(0)
  })
})

test('an interruption while it waits for an issuer ends it, which a shell calls 130', async () => {
  await using issuer = await openIssuer()
  issuer.answer('/.well-known/openid-configuration', () => {})
  const words = ['--fetch-keys', '--issuer', issuer.url, '--any-audience', 't.txt']
  const child = spawn(process.execPath, [SIGNET_BIN, 'token', 'verify', ...words], {
    cwd: desk.folder,
  })
  await waitUntil('it asks the issuer', async () => issuer.asked.length > 0)
  child.kill('SIGINT')
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect(child.signalCode).toBe('SIGINT')
  expect(stderr).toMatch(/^signet: fetching [^\n]+\n$/)
})

test('a file that this user may not read or write is 9', async () => {
  const folder = join(desk.folder, 'shut')
  await run('mkdir shut; cp t.txt shut/t.txt')
  await chmod(join(folder, 't.txt'), 0)
  await chmod(folder, 0o500)
  // Root may read and write everything: it becomes nobody, whom the folders above must let pass.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    await chown(folder, 65_534, 65_534)
    await chown(join(folder, 't.txt'), 65_534, 65_534)
    await chmod(desk.folder, 0o755)
  }
  const attempt = async (words: string[]) => {
    const child = spawn(process.execPath, [SIGNET_BIN, ...words], {
      cwd: desk.folder,
      ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
    })
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, stderr }
  }
  const read = await attempt(['token', 'explain', 'shut/t.txt'])
  const write = await attempt(['key', 'create', '--alg', 'ES256', '--out', 'shut/k.jwk'])
  expect(read).toEqual({ code: 9, stderr: 'signet: shut/t.txt: this user may not read the file\n' })
  expect(write).toEqual({ code: 9, stderr: 'signet: --out: this user may not write there\n' })
  await expect(readFile(join(folder, 'k.jwk'))).rejects.toThrow()
})

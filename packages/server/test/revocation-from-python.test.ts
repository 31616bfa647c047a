import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  hasRedis,
  querySqliteFile,
  type StartedAuthority,
  startAuthority,
  startRedis,
  waitUntil,
} from '@signet/testkit'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { blockAfter } from '../../../test/documents.ts'

const GUIDE = 'docs/guides/revocation-from-other-languages.md'
const PASSWORD = 'correct horse battery'

/** Debian's, whose packages the guide names; another may stand before it in the path. */
const PYTHON = '/usr/bin/python3'

function hasPython(): boolean {
  const { status } = spawnSync(PYTHON, ['-c', 'import cryptography, jwt, redis'])
  if (status !== 0 && process.env['CI']) {
    throw new Error('python3-jwt, python3-cryptography or python3-redis is missing')
  }
  return status === 0
}

/** The guide's program, asked about one token after the other. */
async function startProgram(authority: StartedAuthority, environment: Record<string, string>) {
  const file = join(authority.folder, 'identify.py')
  await writeFile(file, blockAfter(GUIDE, 'python: a test'))
  const program: ChildProcessWithoutNullStreams = spawn(PYTHON, [file], { env: environment })
  let errors = ''
  program.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  return {
    async ask(token: string): Promise<string> {
      program.stdin.write(`${token}\n`)
      const { value, done } = await answers.next()
      if (done === true) throw new Error(`the program ended: ${errors}`)
      return value
    },
    async [Symbol.asyncDispose]() {
      const ended = once(program, 'exit')
      program.kill()
      await ended
    },
  }
}

test.skipIf(!hasRedis() || !hasPython())(
  'G01 G03 the program of the guide refuses what was revoked, and says when nobody knows',
  { timeout: 60_000 },
  async () => {
    await using server = await startRedis()
    const redis = new Redis(server.url)
    redis.on('error', () => {})
    await using authority = await startAuthority({ settings: { SIGNET_REDIS_URL: server.url } })
    const { client, config, databasePath } = authority
    await using program = await startProgram(authority, {
      ISSUER: config.issuer,
      AUDIENCE: config.issuer,
      REDIS_URL: server.url,
    })
    await waitUntil(
      'the mirror is fresh',
      async () => (await redis.exists('signet:revoked:fresh')) === 1,
    )

    const ada = (await client.signup('ada@example.com', PASSWORD)).body
    const accepted = `accepted ${ada.user?.id}`
    expect(await program.ask(ada.accessToken)).toBe(accepted)
    const [header, , signature] = ada.accessToken.split('.')
    expect(await program.ask(`${header}.e30.${signature}`)).toMatch(/^refused Invalid/)

    // A role change kills the tokens so far, not the session.
    await querySqliteFile(databasePath, "insert into roles values ('admin', '', 1)")
    const [row] = await querySqliteFile(
      databasePath,
      `insert into account_roles values ('${ada.user?.id}', 'admin') returning role`,
    )
    expect(row).toBeDefined()
    const boss = (await client.login('ada@example.com', PASSWORD)).body
    await client.call('/admin/roles/editor', {
      method: 'PUT',
      token: boss.accessToken,
      body: { scopes: ['edit'] },
    })
    const changed = await client.call(`/admin/accounts/${ada.user?.id}/roles`, {
      token: boss.accessToken,
      body: { add: ['editor'] },
    })
    expect(changed.status).toBe(200)
    await waitUntil(
      'the change has arrived',
      async () => (await program.ask(ada.accessToken)) === 'refused Revoked',
    )
    const next = (await client.refresh(ada.refreshToken)).body
    expect(await program.ask(next.accessToken)).toBe(accepted)

    await client.logout(next.accessToken)
    await waitUntil(
      'the logout has arrived',
      async () => (await program.ask(next.accessToken)) === 'refused Revoked',
    )

    // An emptied Redis lets nothing in that was revoked, neither before nor after it is filled.
    await redis.flushall()
    const answers = new Set<string>()
    await waitUntil('it is filled again', async () => {
      answers.add(await program.ask(next.accessToken))
      return answers.has('refused Revoked')
    })
    expect([...answers].filter((answer) => answer.startsWith('accepted'))).toEqual([])

    const bob = (await client.signup('bob@example.com', PASSWORD)).body
    expect(await program.ask(bob.accessToken)).toBe(`accepted ${bob.user?.id}`)
    await authority.stop()
    await redis.flushall()
    expect(await program.ask(bob.accessToken)).toBe('refused RevocationsUnknown')
    await server.stop()
    expect(await program.ask(bob.accessToken)).toBe('refused RevocationsUnknown')
    redis.disconnect()
  },
)

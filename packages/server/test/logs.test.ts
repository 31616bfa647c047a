import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AuthorityClient,
  sendRaw,
  spawnAuthority,
  startAuthority,
  type TokenAnswer,
} from '@signet/testkit'
import { findLeaks, type Secrets } from '@signet/testkit/leaks'
import { describe, expect, test } from 'vitest'
import { createSecretText, parseSecret } from '../src/config/secrets.ts'
import { openSealedKey } from '../src/keys/sealed-key.ts'
import { queryFile } from './database-file.ts'

function keep(secrets: Secrets, name: string, { accessToken, refreshToken }: TokenAnswer): void {
  secrets.set(`${name}: access token`, accessToken)
  secrets.set(`${name}: its signature`, accessToken.split('.')[2] ?? '')
  secrets.set(`${name}: its payload`, accessToken.split('.')[1] ?? '')
  // What stands in front of it is the session's id, which is told.
  secrets.set(`${name}: MAC of its refresh token`, refreshToken.slice(-42))
}

/** A walk through everything that works and much that does not; answers what must stay secret. */
async function walk(url: string): Promise<Secrets> {
  const client = new AuthorityClient(url)
  const secrets: Secrets = new Map()
  const password = (name: string) => {
    const text = `pass-${name}-${createSecretText()}`
    secrets.set(`password ${name}`, text)
    return text
  }
  const good = password('good')
  const signup = await client.signup('ada@example.com', good)
  expect(signup.status).toBe(201)
  keep(secrets, 'signup', signup.body)
  const { body: login } = await client.login('ada@example.com', good)
  keep(secrets, 'login', login)
  await client.profile(login.accessToken)
  const { body: second } = await client.refresh(login.refreshToken)
  keep(secrets, 'refresh', second)
  const { body: third } = await client.refresh(second.refreshToken)
  keep(secrets, 'second refresh', third)

  const { accessToken, refreshToken } = third
  await client.login('ada@example.com', password('wrong'))
  await client.login(password('typed as address'), password('beside it'))
  await client.signup('ada@example.com', password('for a taken address'))
  await client.signup('bo@example.com', password('too long').repeat(8))
  await client.call('/signup', { body: { [password('as a name')]: 1 } })
  await client.call('/signup', { text: `{"password":"${password('in broken JSON')}` })
  await client.call('/login', {
    body: { email: ['ada@example.com'], password: [password('listed')] },
  })
  await client.call('/login', { text: good, headers: { 'content-type': 'text/plain' } })
  await client.call(`/api/profile?access_token=${accessToken}&password=${good}`)
  await client.call(`/${refreshToken}`)
  await client.call(`/login/${accessToken}`, { method: 'PUT' })
  await client.call(`/revocations?after=${refreshToken}`)
  await client.call('/revocations?after=x', { headers: { 'last-event-id': refreshToken } })
  await client.profile(`${accessToken.slice(0, -4)}AAAA`)
  await client.profile(refreshToken)
  await client.profile(`${accessToken},${accessToken}`)
  await client.call('/api/profile', { headers: { authorization: `Basic ${accessToken}` } })
  await client.call('/api/profile', {
    headers: { cookie: `t=${refreshToken}`, 'x-request-id': accessToken },
  })
  await sendRaw(
    url,
    `GET /api/profile HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${accessToken}\r\nAuthorization: Bearer ${refreshToken}\r\nConnection: close\r\n\r\n`,
  )
  await sendRaw(url, `GET /${accessToken} HTTP/1.1\r\nHost: x\r\n${refreshToken}\r\n\r\n`)
  await client.refresh(accessToken.slice(0, 200))
  await client.refresh(`${refreshToken.slice(0, -4)}AAAA`)
  expect((await client.refresh(login.refreshToken)).body.code).toBe('refresh_reused')
  await client.call('/logout', { token: 'x', body: { refreshToken } })
  await client.refresh(refreshToken)
  await client.profile(accessToken)
  await client.logout(signup.body.accessToken)
  return secrets
}

/** What the authority itself keeps: the master secret, the private keys, salts and hashes. */
async function keepStored(
  secrets: Secrets,
  paths: { secret: string; database: string },
): Promise<void> {
  const secretText = (await readFile(paths.secret, 'utf8')).trim()
  secrets.set('master secret', secretText)
  const secret = parseSecret(secretText)
  if (secret === null) throw new Error('the secret file holds no secret')
  const keys = await queryFile(paths.database, 'select kid, sealed_jwk from signing_keys')
  expect(keys).toHaveLength(2)
  for (const { kid, sealed_jwk } of keys) {
    const jwk = openSealedKey(secret, String(kid), sealed_jwk as Uint8Array) as { d: string }
    secrets.set(`private key ${kid}`, jwk.d)
  }
  for (const { id, salt } of await queryFile(paths.database, 'select id, salt from sessions')) {
    secrets.set(`salt of ${id}`, Buffer.from(salt as Uint8Array).toString('base64url'))
  }
  for (const { id, password_hash } of await queryFile(
    paths.database,
    'select id, password_hash from accounts',
  )) {
    secrets.set(`password hash of ${id}`, String(password_hash))
  }
}

describe('R15 H14 nothing secret is in what an authority says', () => {
  test('in this process, with every log line there is', async () => {
    await using authority = await startAuthority()
    const secrets = await walk(authority.url)
    // Failures inside: the log and the sessions cannot be written.
    const { databasePath } = authority
    const { body } = await authority.client.signup('cy@example.com', 'correct horse battery')
    keep(secrets, 'while failing', body)
    for (const table of ['sessions', 'revocations']) {
      await queryFile(databasePath, `alter table ${table} rename to ${table}_gone`)
    }
    expect((await authority.client.refresh(body.refreshToken)).status).toBe(503)
    expect((await authority.client.logout(body.accessToken)).status).toBe(503)
    expect((await authority.client.login('cy@example.com', 'correct horse battery')).status).toBe(
      503,
    )
    for (const table of ['sessions', 'revocations']) {
      await queryFile(databasePath, `alter table ${table}_gone rename to ${table}`)
    }
    await keepStored(secrets, {
      secret: join(authority.folder, 'signet.secret'),
      database: databasePath,
    })

    const logged = authority.logged.join('')
    expect(authority.logged.length).toBeGreaterThan(60)
    expect(secrets.size).toBeGreaterThan(35)
    expect(findLeaks([logged], secrets)).toEqual([])
    expect(logged).not.toContain('ada@example.com')
  })

  test('in a process of its own, on stdout and stderr', async () => {
    await using authority = await spawnAuthority({ settings: { SIGNET_LOG_LEVEL: 'trace' } })
    const secrets = await walk(authority.url)
    await keepStored(secrets, {
      secret: join(authority.folder, 'data', 'signet.secret'),
      database: join(authority.folder, 'data', 'signet.db'),
    })
    expect(await authority.stop()).toBe(0)
    expect(authority.output().split('\n').length).toBeGreaterThan(60)
    expect(findLeaks([authority.output()], secrets)).toEqual([])
  })
})

test('every line of the log is one JSON object with a message', async () => {
  await using authority = await startAuthority()
  await walk(authority.url)
  for (const line of authority.logged) {
    expect(line).toMatch(/^[^\n]+\n$/)
    expect(JSON.parse(line)).toMatchObject({ msg: expect.stringMatching(/\w/) })
  }
})

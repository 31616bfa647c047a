import {
  type AuthorityClient,
  databases,
  FakeClock,
  followFeed,
  openPostgresDatabase,
  type StartedAuthority,
  spawnAuthority,
  startAuthority,
  startService,
  waitUntil,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { describe, expect, test } from 'vitest'
import { queryFile } from './database-file.ts'

const PERSON = ['ada@example.com', 'correct horse battery'] as const
const DAY = 86_400
const KEY_SET = '/.well-known/jwks.json'

interface Jwk extends Record<string, unknown> {
  readonly kid: string
}

async function keySetOf(client: AuthorityClient): Promise<Jwk[]> {
  return (await client.call<{ keys: Jwk[] }>(KEY_SET)).body.keys
}

const kidsOf = async (client: AuthorityClient) => (await keySetOf(client)).map(({ kid }) => kid)

const kidOf = (token: string) => String(decode(token).header.kid)

/** The key that signs, when it is another one than `before`. */
async function waitForRotation(client: AuthorityClient, before: string): Promise<string> {
  let kid = before
  await waitUntil('another key signs', async () => {
    kid = kidOf((await client.login(...PERSON)).body.accessToken)
    return kid !== before
  })
  return kid
}

function serviceOf({ config }: StartedAuthority, clock: FakeClock) {
  const { issuer } = config
  return startService({ issuer, audience: issuer, now: () => clock.now() })
}

describe('a key', () => {
  test('signs for its time, makes room for the one that was published all along, and goes when its tokens are dead', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({ clock })
    const { client } = authority
    await client.signup(...PERSON)
    const [first, second, ...others] = await kidsOf(client)
    expect(others).toEqual([])
    clock.advance(30 * DAY - 60)
    const old = (await client.login(...PERSON)).body.accessToken
    expect([first, second]).toContain(kidOf(old))
    const waiting = kidOf(old) === first ? second : first

    clock.advance(61)
    expect(await waitForRotation(client, kidOf(old))).toBe(waiting)
    await waitUntil('a next one is published', async () => (await kidsOf(client)).length === 3)
    expect((await client.profile(old)).status).toBe(200)
    await using service = await serviceOf(authority, clock)
    expect(await service.statusOf(old)).toBe(200)

    // Noted within a moment, and from then on for as long as a token and every leeway last.
    clock.advance(900 + 60)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(await kidsOf(client)).toContain(kidOf(old))
    clock.advance(60)
    await waitUntil('it is gone', async () => !(await kidsOf(client)).includes(kidOf(old)))
    const kept = await queryFile(authority.databasePath, 'select kid from signing_keys')
    expect(kept).toHaveLength(2)
  })

  test('keeps its private half only while it may sign', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({ clock })
    const { client } = authority
    const before = kidOf((await client.signup(...PERSON)).body.accessToken)
    clock.advance(30 * DAY)
    await waitForRotation(client, before)
    const rows = await queryFile(
      authority.databasePath,
      'select state, length(sealed_jwk) as bytes from signing_keys order by state',
    )
    const bytesOf = (state: string) => Number(rows.find((row) => row['state'] === state)?.['bytes'])
    // A private EC key has one number more: 43 characters and its name.
    expect(bytesOf('active') - bytesOf('retiring')).toBeGreaterThan(43)
  })

  test('of another algorithm is published first, and then signs', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({ clock })
    const { client } = authority
    const before = (await client.signup(...PERSON)).body.accessToken
    await authority.restart({ SIGNET_ALG: 'EdDSA' })
    const during = (await client.login(...PERSON)).body.accessToken
    expect([kidOf(during), decode(during).header.alg]).toEqual([kidOf(before), 'ES256'])
    const algorithms = async () => (await keySetOf(client)).map(({ alg }) => alg).sort()
    expect(await algorithms()).toEqual(['ES256', 'EdDSA'])
    clock.advance(602)
    await waitForRotation(client, kidOf(before))
    expect((await client.profile(during)).status).toBe(200)
    await waitUntil('a next one is published', async () => {
      return (await algorithms()).join() === 'ES256,EdDSA,EdDSA'
    })
  })

  test('R8 the set can be used no longer than the next key waits', async () => {
    await using authority = await startAuthority({ settings: { SIGNET_KEY_ROTATION: '10m' } })
    const answer = await authority.client.call(KEY_SET)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=120')
    const rows = await queryFile(
      authority.databasePath,
      "select announce_seconds from signing_keys where state = 'next'",
    )
    expect(rows).toEqual([{ announce_seconds: 241 }])
  })
})

describe('the key set', () => {
  test('A18 has public members only, each id once, after a rotation as before it', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({ clock })
    const { client } = authority
    const before = kidOf((await client.signup(...PERSON)).body.accessToken)
    clock.advance(30 * DAY)
    await waitForRotation(client, before)
    const keys = await keySetOf(client)
    expect(keys.length).toBeGreaterThan(1)
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
      expect(key['kty']).toBe('EC')
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
  })

  test('F07 is answered 304 to who has it, and anew as soon as it is another', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({ clock })
    const { client } = authority
    const before = kidOf((await client.signup(...PERSON)).body.accessToken)
    const first = await client.call(KEY_SET)
    const etag = String(first.headers.get('etag'))
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    const ask = (ifNoneMatch: string) =>
      client.call(KEY_SET, { headers: { 'if-none-match': ifNoneMatch } })
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, headers } = await ask(known)
      expect([known, status, headers.get('etag')]).toEqual([known, 304, etag])
      expect(headers.get('cache-control')).toBe('public, max-age=300')
    }
    expect((await ask('"other"')).status).toBe(200)
    clock.advance(30 * DAY)
    await waitForRotation(client, before)
    const renewed = await ask(etag)
    expect(renewed.status).toBe(200)
    expect(renewed.headers.get('etag')).not.toBe(etag)
  })

  test('F07 is the same for everybody, so that no cache can be made to hold another', async () => {
    await using authority = await startAuthority()
    const usual = await authority.client.call(KEY_SET)
    expect(usual.headers.get('vary')).toBe(null)
    for (const headers of [
      { accept: 'text/html' },
      { origin: 'https://evil.example' },
      { 'x-forwarded-host': 'evil.example' },
      { 'accept-language': 'xx' },
      { 'x-http-method-override': 'DELETE' },
      { authorization: 'Bearer nonsense' },
      { cookie: 'a=b' },
    ]) {
      const answer = await authority.client.call(KEY_SET, { headers })
      expect([headers, answer.status, answer.body]).toEqual([headers, 200, usual.body])
      expect(answer.headers.get('etag')).toBe(usual.headers.get('etag'))
    }
    const query = await authority.client.call(`${KEY_SET}?kid=other&callback=x`)
    expect(query.body).toEqual(usual.body)
  })

  test('a change of it is told to everybody who follows the feed', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({ clock })
    await authority.client.signup(...PERSON)
    await using feed = await followFeed(authority.url)
    await feed.first('the feed pulses', ({ event }) => event === 'pulse')
    clock.advance(30 * DAY)
    await feed.first('the keys are announced', ({ event }) => event === 'keys')
  })
})

test('three processes on PostgreSQL rotate each key once, and verify each other’s tokens all along', async () => {
  await using database = await openPostgresDatabase()
  const settings = {
    ...database.settings,
    SIGNET_ISSUER: 'http://localhost:3000',
    SIGNET_KEY_ROTATION: '5s',
    SIGNET_ACCESS_TTL: '30s',
    SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS: 'true',
  }
  const authorities = await Promise.all([1, 2, 3].map(() => spawnAuthority({ settings })))
  try {
    const clients = authorities.map(({ client }) => client) as [
      AuthorityClient,
      ...AuthorityClient[],
    ]
    await clients[0].signup(...PERSON)
    const seen = new Set<string>()
    await waitUntil(
      'four keys have signed',
      async () => {
        for (const signer of clients) {
          const { accessToken } = (await signer.login(...PERSON)).body
          seen.add(kidOf(accessToken))
          for (const { profile } of clients.map((client) => ({
            profile: client.call('/api/sessions', { token: accessToken }),
          }))) {
            expect((await profile).status).toBe(200)
          }
        }
        return seen.size >= 4
      },
      120_000,
    )
    const rows = await database.query(
      "select detail, at from audit where type = 'key_rotated' order by sequence",
    )
    const steps = rows.map(({ detail }) => JSON.parse(String(detail)))
    // One chain: what one took over, the next one took from it.
    for (const [index, step] of steps.entries()) {
      if (index > 0) expect(step.from).toBe(steps[index - 1].to)
    }
    expect(new Set(steps.map(({ to }) => to)).size).toBe(steps.length)
    for (const [index, row] of rows.entries()) {
      if (index === 0) continue
      expect(Number(row['at']) - Number(rows[index - 1]?.['at'])).toBeGreaterThanOrEqual(4)
    }
  } finally {
    for (const authority of authorities) await authority[Symbol.asyncDispose]()
  }
}, 180_000)

describe.each(databases)('revoking on $name', ({ open }) => {
  test('F06 a key kills its tokens everywhere, the next one signs at once, and sessions live on', async () => {
    await using database = await open()
    await using authority = await startAuthority({ settings: database.settings })
    const { client, config } = authority
    const person = (await client.signup(...PERSON)).body
    const admin = await makeAdmin(authority, database)
    await using service = await startService({ issuer: config.issuer, audience: config.issuer })
    await service.guard.ready()
    expect(await service.statusOf(person.accessToken)).toBe(200)
    const kid = kidOf(person.accessToken)
    const answer = await client.call<{ keys: { kid: string; state: string }[] }>(
      `/admin/keys/${kid}/revoke`,
      { method: 'POST', token: admin },
    )
    expect(answer.status).toBe(200)
    const states = answer.body.keys.map(({ state }) => state)
    expect(states.sort()).toEqual(['active', 'next', 'revoked'])

    // The authority itself, in the next request; services by the feed.
    expect((await client.profile(person.accessToken)).status).toBe(401)
    await waitUntil('the service refuses', async () => {
      return (await service.statusOf(person.accessToken, '/strict')) === 401
    })
    expect(await kidsOf(client)).not.toContain(kid)
    const renewed = await client.refresh(person.refreshToken)
    expect(renewed.status).toBe(200)
    expect(kidOf(renewed.body.accessToken)).not.toBe(kid)
    expect(await service.statusOf(renewed.body.accessToken)).toBe(200)

    const [row] = await database.query(
      `select state, length(sealed_jwk) as bytes from signing_keys where kid = '${kid}'`,
    )
    expect(row).toEqual({ state: 'revoked', bytes: 0 })
    const log = await database.query(
      "select subject_id, expires_at from revocations where kind = 'key'",
    )
    expect(log).toEqual([{ subject_id: kid, expires_at: null }])
  })
})

/** An access token for the administration. */
async function makeAdmin(
  { client, config }: StartedAuthority,
  database: { query(sql: string): Promise<unknown> },
): Promise<string> {
  const { body } = await client.signup('root@example.com', PERSON[1])
  await database.query("insert into roles (name, scopes, created_at) values ('admin', '', 1)")
  await database.query(
    `insert into account_roles (account_id, role) values ('${body.user?.id}', 'admin')`,
  )
  const login = await client.call<{ accessToken: string }>('/login', {
    body: { email: 'root@example.com', password: PERSON[1], audience: config.issuer },
  })
  return login.body.accessToken
}

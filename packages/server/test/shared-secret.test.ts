import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GuardOptions, parseTokenSecrets } from '@signet/guard'
import { createSecretText } from '@signet/server'
import {
  databases,
  FakeClock,
  openPostgresDatabase,
  openSqliteDatabase,
  runSignet,
  type StartedAuthority,
  type StartedService,
  startAuthority,
  startService,
  type TokenAnswer,
  waitUntil,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { describe, expect, test } from 'vitest'
import { callOauth, openAdministration } from './oauth-client.ts'

const PERSON = ['ada@example.com', 'correct horse battery'] as const
const KEY_SET = '/.well-known/jwks.json'

/** Some start several processes, one after the other. */
const timeout = 120_000

/** What makes an authority sign with the first of these secrets. */
const shared = (...secrets: string[]) => ({
  SIGNET_ALG: 'HS256',
  SIGNET_TOKEN_SECRET: secrets.join(','),
})

/** As for one command, whatever is set around it. */
const PAIRS = { SIGNET_ALG: 'ES256', SIGNET_TOKEN_SECRET: '' }

const kidOf = (secret: string) => String(parseTokenSecrets(secret).keys()[0]?.kid)

/** A service that holds these secrets and follows the feed, or one that fetches keys without any. */
async function serviceOf(
  { config }: StartedAuthority,
  secrets: readonly string[],
  more: Partial<GuardOptions> = {},
): Promise<StartedService> {
  const { issuer } = config
  const keys = secrets.length === 0 ? {} : { keys: parseTokenSecrets(secrets.join(',')) }
  const service = await startService({ issuer, audience: issuer, ...keys, ...more })
  if (secrets.length > 0) await service.guard.ready()
  return service
}

const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe.each(databases)('tokens under a shared secret on $name', ({ open }) => {
  test('are verified by whoever holds it, asked about, and refused after a logout', async () => {
    const secret = createSecretText()
    await using database = await open()
    const settings = { ...database.settings, ...shared(secret) }
    await using authority = await startAuthority({ settings })
    const { client } = authority
    const person = (await client.signup(...PERSON)).body
    const header = { alg: 'HS256', typ: 'at+jwt', kid: kidOf(secret) }
    expect(decode(person.accessToken).header).toEqual(header)
    await using service = await serviceOf(authority, [secret])
    const renewed = (await client.refresh(person.refreshToken)).body
    for (const token of [person.accessToken, renewed.accessToken]) {
      expect(await service.statusOf(token, '/strict')).toBe(200)
      expect((await client.profile(token)).status).toBe(200)
    }
    const call = await openAdministration(authority, database)
    const body = { name: 'asker', rights: ['introspect'], audiences: [authority.config.issuer] }
    const asker = (await call('/admin/clients', { body })).body
    const ask = async (token: string) =>
      (await callOauth(authority, '/oauth/introspect', { token }, asker)).body
    expect(await ask(person.accessToken)).toMatchObject({ active: true, token_type: 'Bearer' })
    const own = { grant_type: 'client_credentials' }
    const issued = (await callOauth(authority, '/oauth/token', own, asker)).body
    expect(await service.statusOf(String(issued['access_token']))).toBe(200)
    expect((await client.logout(renewed.accessToken)).status).toBe(204)
    expect(await ask(person.accessToken)).toEqual({ active: false })
    for (const token of [person.accessToken, renewed.accessToken]) {
      await waitUntil('the service refuses', async () => (await service.statusOf(token)) === 401)
      expect((await client.profile(token)).status).toBe(401)
    }
    expect(await database.query('select kid from signing_keys')).toEqual([])
    const warning = authority.logged.find((line) => line.includes('HS256'))
    expect(JSON.parse(warning ?? '')).toMatchObject({
      level: 40,
      msg: expect.stringContaining('whoever can verify a token can make one'),
    })
  })

  test('and those under keys of before refuse each other, while sessions live on', async () => {
    const secret = createSecretText()
    await using database = await open()
    await using authority = await startAuthority({ settings: database.settings })
    const { client } = authority
    const rows = () => database.query('select kid, state, sealed_jwk from signing_keys order by 1')
    const keys = await rows()
    const before = (await client.signup(...PERSON)).body
    await using fetching = await serviceOf(authority, [])
    expect(await fetching.statusOf(before.accessToken)).toBe(200)

    await authority.restart(shared(secret))
    await using holding = await serviceOf(authority, [secret])
    const during = (await client.refresh(before.refreshToken)).body
    const statuses = async ({ accessToken }: TokenAnswer) => [
      (await client.profile(accessToken)).status,
      await holding.statusOf(accessToken),
      await fetching.statusOf(accessToken),
    ]
    expect(await statuses(before)).toEqual([401, 401, 200])
    expect(await statuses(during)).toEqual([200, 200, 401])
    // One that never had a key waits for its first, and calls that an outage.
    await using later = await serviceOf(authority, [])
    expect(await later.statusOf(during.accessToken)).toBe(503)

    await authority.restart()
    const after = (await client.refresh(during.refreshToken)).body
    expect(decode(after.accessToken).header).toEqual(decode(before.accessToken).header)
    expect(await rows()).toEqual(keys)
    // No cache kept the empty set: who met it finds the keys again.
    await later.guard.ready()
    expect(await later.statusOf(after.accessToken)).toBe(200)
    expect(await statuses(before)).toEqual([200, 401, 200])
    expect(await statuses(during)).toEqual([401, 200, 401])
    expect(await statuses(after)).toEqual([200, 401, 200])
  })

  test('R13 are over after a restore, and so is the secret', { timeout }, async () => {
    const [old, renewed] = [createSecretText(), createSecretText()]
    await using database = await open()
    const settings = { ...database.settings, ...shared(old) }
    await using authority = await startAuthority({ settings })
    const { client, config } = authority
    const { accessToken } = (await client.signup(...PERSON)).body
    await using service = await serviceOf(authority, [old, renewed])
    expect(await service.statusOf(accessToken)).toBe(200)
    await authority.stop()

    const reset = await runSignet(['restore', '--in-place', '--yes'], {
      cwd: '/',
      settings: { ...settings, SIGNET_ISSUER: config.issuer },
    })
    expect(reset.code).toBe(0)
    await expect(authority.start()).rejects.toThrow(/SIGNET_TOKEN_SECRET was in use before a rest/)
    await authority.start(shared(renewed, old))
    await waitUntil('the service refuses', async () => {
      return (await service.statusOf(accessToken)) === 401
    })
    expect((await client.profile(accessToken)).status).toBe(401)
    const login = (await client.login(...PERSON)).body
    expect(await service.statusOf(login.accessToken, '/strict')).toBe(200)
  })
})

describe('a shared secret', () => {
  test('A18 is in no key set, no other answer, no log and not in the database', async () => {
    const secret = createSecretText()
    await using authority = await startAuthority({ settings: shared(secret) })
    const { client, folder } = authority
    const token = (await client.signup(...PERSON)).body.accessToken
    await client.profile(token)
    const answer = await fetch(authority.url + KEY_SET)
    expect([answer.status, await answer.text()]).toEqual([200, '{"keys":[]}'])
    expect(answer.headers.get('cache-control')).toBe('public, max-age=0')
    const known = String(answer.headers.get('etag'))
    const again = await client.call(KEY_SET, { headers: { 'if-none-match': known } })
    expect(again.status).toBe(304)

    const bytes = Buffer.from(secret, 'base64url')
    const forms = ['base64url', 'base64', 'hex', 'latin1'] as const
    const everywhere = new Map([['log', authority.logged.join('')]])
    for (const path of [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/openapi.json',
      '/metrics',
      '/health/ready',
      '/revocations',
    ]) {
      const document = await fetch(authority.url + path)
      expect([path, document.status]).toEqual([path, 200])
      everywhere.set(path, await document.text())
    }
    for (const name of await readdir(folder)) {
      everywhere.set(name, await readFile(join(folder, name), 'latin1'))
    }
    expect([...everywhere.keys()]).toContain('signet.db')
    for (const [place, text] of everywhere) {
      for (const form of forms) {
        expect([place, text.includes(bytes.toString(form))]).toEqual([place, false])
      }
    }
    expect(everywhere.get('/metrics')).toContain('\nsignet_published_keys 0\n')
  })

  test('A05 A09 verifies HS256 and nothing else, at the authority and at a service', async () => {
    const [secret, former] = [createSecretText(), createSecretText()]
    await using authority = await startAuthority({ settings: shared(secret, former) })
    await using service = await serviceOf(authority, [secret, former])
    const { client } = authority
    const { accessToken } = (await client.signup(...PERSON)).body
    const { header, claims } = decode(accessToken)
    const raised = { ...claims, roles: ['admin'] }
    const bytes = Buffer.from(secret, 'base64url')
    const hmac = (alg: string, key: string | Buffer, changes: object = {}) => {
      const input = `${segment({ ...header, alg, ...changes })}.${segment(raised)}`
      const mac = createHmac(`sha${alg.slice(2)}`, key).update(input)
      return `${input}.${mac.digest('base64url')}`
    }
    const statuses = async (token: string) => [
      (await client.profile(token)).status,
      await service.statusOf(token),
    ]
    // What is made here counts where nothing is wrong with it, so refusals mean something.
    expect(await statuses(hmac('HS256', bytes))).toEqual([200, 200])

    const pairs = {
      ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
      EdDSA: generateKeyPairSync('ed25519'),
    }
    const ownKeys = Object.entries(pairs).map(([alg, { privateKey }]) => {
      const input = `${segment({ ...header, alg })}.${segment(raised)}`
      const hash = alg === 'EdDSA' ? null : 'sha256'
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
      return `${input}.${sign(hash, Buffer.from(input), key).toString('base64url')}`
    })
    const none = `${segment({ ...header, alg: 'none' })}.${segment(raised)}.`
    const forged = {
      'another family': ownKeys,
      none: [none, none.slice(0, -1)],
      'another hash': [hmac('HS384', bytes), hmac('HS512', bytes)],
      'the wrong one of two': [hmac('HS256', bytes, { kid: kidOf(former) })],
      'what everybody knows': ['', kidOf(secret), '{"keys":[]}', authority.config.issuer].map(
        (known) => hmac('HS256', known),
      ),
      'the text of the secret': [hmac('HS256', secret)],
      'an unknown id': [hmac('HS256', bytes, { kid: 'other' })],
      'no id, where there are two': [hmac('HS256', bytes, { kid: undefined })],
    }
    for (const [what, tokens] of Object.entries(forged)) {
      for (const token of tokens) expect([what, await statuses(token)]).toEqual([what, [401, 401]])
    }
  })

  test('A05 of services opens nothing where keys sign', async () => {
    const secret = createSecretText()
    await using authority = await startAuthority()
    const { client } = authority
    await using service = await serviceOf(authority, [])
    const { accessToken } = (await client.signup(...PERSON)).body
    expect(await service.statusOf(accessToken)).toBe(200)
    const { header, claims } = decode(accessToken)
    for (const kid of [header.kid, kidOf(secret)]) {
      const input = `${segment({ ...header, alg: 'HS256', kid })}.${segment(claims)}`
      const key = Buffer.from(secret, 'base64url')
      const mac = createHmac('sha256', key).update(input).digest('base64url')
      expect((await client.profile(`${input}.${mac}`)).status).toBe(401)
      expect(await service.statusOf(`${input}.${mac}`)).toBe(401)
    }
  })

  test('has nothing to list, rotate, revoke or import, and each command says how it is changed', {
    timeout,
  }, async () => {
    // One id in 64 begins with a dash: it is no option.
    let secret = createSecretText()
    while (!kidOf(secret).startsWith('-')) secret = createSecretText()
    await using database = await openSqliteDatabase()
    const settings = { ...database.settings, ...shared(secret) }
    await using authority = await startAuthority({ settings })
    const { client, config, folder } = authority
    const signet = (words: string[], stdin = '') =>
      runSignet(words, {
        cwd: folder,
        settings: { ...settings, SIGNET_ISSUER: config.issuer },
        stdin,
      })
    const made = await signet(['key', 'create', '--alg', 'ES256', '--out', 'own.jwk'])
    expect(made.code).toBe(0)
    for (const words of ['list', 'rotate', `revoke ${kidOf(secret)} --yes`, 'import own.jwk']) {
      const run = await signet(['key', ...words.split(' ')])
      expect([words, run.code]).toEqual([words, 2])
      expect(run.stderr).toMatch(/shared secret.*new one behind the old one in SIGNET_TOKEN_SECRET/)
    }

    const user = ['user', 'create', 'root@example.com', '--role', 'admin']
    expect((await signet(user, PERSON[1])).code).toBe(0)
    const admin = (await client.login('root@example.com', PERSON[1])).body.accessToken
    const person = (await client.signup(...PERSON)).body
    for (const path of [
      '/admin/keys',
      '/admin/keys/rotate',
      `/admin/keys/${kidOf(secret)}/revoke`,
    ]) {
      const method = path === '/admin/keys' ? 'GET' : 'POST'
      const stranger = await client.call(path, { method, token: person.accessToken })
      expect([path, stranger.status]).toEqual([path, 403])
      const answer = await client.call(path, { method, token: admin })
      expect([path, answer.status, answer.body['code']]).toEqual([path, 409, 'keys_shared'])
    }
    // What reads tokens at the command line knows the secret too.
    const ended = await signet(['revoke', 'token'], person.accessToken)
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('ses_')])
    await waitUntil('the session is over', async () => {
      return (await client.profile(person.accessToken)).status === 401
    })
  })

  test('leaves the keys of the database under the newest master secret', async () => {
    const secret = createSecretText()
    await using database = await openSqliteDatabase()
    const { SIGNET_SECRET: a } = database.settings
    const b = createSecretText()
    await using authority = await startAuthority({ settings: database.settings })
    const { client } = authority
    const before = (await client.signup(...PERSON)).body.accessToken
    const wrong = authority.restart({ ...shared(secret), SIGNET_SECRET: b })
    await expect(wrong).rejects.toThrow(/sealed under another master secret/)
    await authority.start({ ...shared(secret), SIGNET_SECRET: `${b},${a}` })
    // One that was stolen goes before it signs again.
    const keys = await runSignet(['key', 'list', '--json'], {
      cwd: '/',
      settings: { ...database.settings, ...shared(secret), SIGNET_SECRET: b, ...PAIRS },
    })
    expect(keys.stdout).toContain(String(decode(before).header.kid))
    await authority.restart({ SIGNET_SECRET: b })
    expect((await client.profile(before)).status).toBe(200)
  })
})

test('a secret is replaced step by step at three processes and two services, and no good token is refused', {
  timeout,
}, async () => {
  const [a, b] = [createSecretText(), createSecretText()]
  const clock = new FakeClock()
  await using database = await openPostgresDatabase()
  const issuer = 'http://localhost:3000'
  const settings = { ...database.settings, SIGNET_ISSUER: issuer, ...shared(a) }
  await using first = await startAuthority({ clock, settings })
  await using second = await startAuthority({ clock, settings })
  await using third = await startAuthority({ clock, settings })
  const authorities = [first, second, third]
  const startWith = (...secrets: string[]) =>
    serviceOf(first, secrets, {
      now: () => clock.now(),
      // As a proxy in front would, at the issuer's address.
      fetch: (url, init) => fetch(String(url).replace(issuer, first.url), init),
    })
  const services = [await startWith(a), await startWith(a)]
  await first.client.signup(...PERSON)
  let tokens: string[] = []
  let checks = 0

  /** The first tokens of all and a new one of each process, at each process and each service. */
  async function check(): Promise<void> {
    for (const { client } of authorities) {
      tokens.push((await client.login(...PERSON)).body.accessToken)
    }
    for (const token of new Set([...tokens.slice(0, 3), ...tokens.slice(-3)])) {
      for (const { client } of authorities) expect((await client.profile(token)).status).toBe(200)
      for (const service of services) expect(await service.statusOf(token)).toBe(200)
      checks += authorities.length + services.length
    }
  }
  async function change(...secrets: string[]): Promise<void> {
    for (const authority of authorities) {
      await authority.restart(shared(...secrets))
      await check()
    }
  }
  async function changeServices(...secrets: string[]): Promise<void> {
    for (const index of services.keys()) {
      await services[index]?.[Symbol.asyncDispose]()
      services[index] = await startWith(...secrets)
      await check()
    }
  }

  try {
    await check()
    await changeServices(a, b)
    await change(a, b)
    await change(b, a)
    const kids = new Set(tokens.slice(-3).map((token) => decode(token).header.kid))
    expect([...kids]).toEqual([kidOf(b)])
    // As long as a token lives, and clocks may differ.
    clock.advance(900 + 60)
    const [old = ''] = tokens
    tokens = []
    await change(b)
    await changeServices(b)
    expect(checks).toBeGreaterThan(300)
    expect(await services[0]?.statusOf(old)).toBe(401)
    const token = tokens.at(-1) ?? ''
    expect((await third.client.logout(token)).status).toBe(204)
    await waitUntil('the services know of a logout', async () => {
      const statuses = await Promise.all(services.map((service) => service.statusOf(token)))
      return statuses.every((status) => status === 401)
    })
  } finally {
    for (const service of services) await service[Symbol.asyncDispose]()
  }
})

import {
  databases,
  FakeClock,
  type StartedAuthority,
  type StartedService,
  sendRaw,
  startAuthority,
  startService,
  type TestDatabase,
  waitUntil,
} from '@signet/testkit'
import { createKeySet, decode, verify } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  basic,
  type CallAdmin,
  type ClientAnswer,
  callOauth,
  FORM,
  formOf,
  openAdministration,
} from './oauth-client.ts'

const ORDERS = 'https://orders.example.com'
const PAY = 'https://pay.example.com'
const TERMS = {
  name: 'billing',
  scopes: ['orders:read', 'orders:write', 'pay'],
  audiences: [ORDERS, PAY],
}
const GRANT = { grant_type: 'client_credentials' }

describe.each(databases)('tokens for clients on $name', ({ open }) => {
  const clock = new FakeClock()
  let database: TestDatabase
  let authority: StartedAuthority
  let admin: CallAdmin
  let billing: ClientAnswer

  beforeAll(async () => {
    database = await open()
    const settings = { ...database.settings, SIGNET_AUDIENCE: `${ORDERS},${PAY}` }
    authority = await startAuthority({ clock, settings })
    admin = await openAdministration(authority, database)
    billing = await create()
  })

  afterAll(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  async function create(terms: object = {}): Promise<ClientAnswer> {
    const body = { ...TERMS, ...terms }
    const answer = await admin('/admin/clients', { method: 'POST', body })
    expect(answer.status).toBe(201)
    return answer.body
  }

  const ask = (parameters = {}, client: { id: string; secret: string } = billing) =>
    callOauth(authority, '/oauth/token', { ...GRANT, ...parameters }, client)

  const send = (text: string, headers: Record<string, string> = {}, path = '/oauth/token') =>
    authority.client.call(path, { text, headers: { ...FORM, ...headers } })

  const claimsOf = (body: Record<string, unknown>) => decode(String(body['access_token'])).claims

  test('a client gets a token for itself, with everything in it that RFC 9068 asks for', async () => {
    const answer = await ask()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'orders:read orders:write pay',
    })
    const { body: jwks } = await authority.client.call<{ keys: [] }>('/.well-known/jwks.json')
    const now = Math.floor(clock.now() / 1000)
    const { header, claims } = verify(String(answer.body['access_token']), createKeySet(jwks), {
      issuer: authority.config.issuer,
      audience: ORDERS,
      type: 'at+jwt',
      now: () => now,
    })
    expect(header).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(claims).toEqual({
      iss: authority.config.issuer,
      sub: billing.id,
      client_id: billing.id,
      aud: [ORDERS, PAY],
      iat: now,
      exp: now + 900,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      scope: 'orders:read orders:write pay',
    })
    expect(claimsOf((await ask()).body)['jti']).not.toBe(claims['jti'])
  })

  test('says who it is in the header or in the body, with the second secret as well', async () => {
    const client = await create()
    const renewal = { method: 'POST', body: { former: 'keep' } }
    const { body } = await admin(`/admin/clients/${client.id}/secret`, renewal)
    for (const secret of [client.secret, body.secret]) {
      expect((await ask({}, { id: client.id, secret })).status).toBe(200)
      const parameters = { ...GRANT, client_id: client.id, client_secret: secret }
      expect((await callOauth(authority, '/oauth/token', parameters)).status).toBe(200)
    }
    const named = { authorization: basic(client.id, client.secret).replace('Basic', 'bAsIc') }
    expect((await send(formOf({ ...GRANT, client_id: client.id }), named)).status).toBe(200)
    // Each part is form-encoded within the header (RFC 6749, section 2.3.1).
    const encoded = Buffer.from(`${client.id.replace('_', '%5F')}:${client.secret}`)
    const authorization = `Basic ${encoded.toString('base64')}`
    expect((await send(formOf(GRANT), { authorization })).status).toBe(200)
  })

  describe('J10 nobody else gets a token', () => {
    const nobody = `cli_${'A'.repeat(22)}`
    const form = (parameters: object) => formOf({ ...GRANT, ...parameters })
    const header = (authorization: string, body = form({})) => send(body, { authorization })
    const base64 = (text: string) => Buffer.from(text).toString('base64')

    test.each<[string, () => Promise<{ status: number }>]>([
      ['no client', () => send(form({}))],
      ['a client without a secret', () => send(form({ client_id: billing.id }))],
      ['a secret without a client', () => send(form({ client_secret: billing.secret }))],
      ['a blank secret', () => send(form({ client_id: billing.id, client_secret: '' }))],
      ['a blank secret in the header', () => header(basic(billing.id, ''))],
      ['a wrong secret', () => header(basic(billing.id, `cs_${'A'.repeat(43)}`))],
      ['the hash of a secret', () => header(basic(billing.id, base64(billing.secret)))],
      ['a client that is none', () => header(basic(nobody, billing.secret))],
      ['the name of a client', () => header(basic(billing.name, billing.secret))],
      ['a NUL behind the id', () => header(basic(`${billing.id}\0`, billing.secret))],
      ['a statement of SQL', () => header(basic("' or 1=1 --", billing.secret))],
      ['a header that is no base64', () => header('Basic ???')],
      ['a header of another alphabet', () => header(basic('a', '>>>').replace(/=/g, ''))],
      ['a header without a colon', () => header(`Basic ${base64(billing.id)}`)],
      ['a header without an id', () => header(`Basic ${base64(`:${billing.secret}`)}`)],
      ['a header that is no form', () => header(`Basic ${base64(`${billing.id}:%zz`)}`)],
      ['a header that is no UTF-8', () => header('Basic /zr/')],
      ['an empty header', () => header('Basic ')],
      ['another scheme', () => header('Digest username="billing"')],
      ['a bearer token', async () => header(`Bearer ${(await ask()).body['access_token']}`)],
      [
        'an assertion that nobody signed',
        () =>
          send(
            form({
              client_id: billing.id,
              client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
              client_assertion: `${base64('{"alg":"none"}')}.${base64('{"sub":"x"}')}.`,
            }),
          ),
      ],
    ])('%s: invalid_client', async (_what, call) => {
      const { status, body, headers } = (await call()) as Awaited<ReturnType<typeof send>>
      expect([status, body['error']]).toEqual([401, 'invalid_client'])
      expect(headers.get('www-authenticate')).toBe(
        `Basic realm="${authority.config.issuer}", charset="UTF-8"`,
      )
      expect(headers.get('cache-control')).toBe('no-store')
    })

    test.each<[string, () => Promise<{ status: number }>]>([
      [
        'in header and body',
        () =>
          header(
            basic(billing.id, billing.secret),
            form({ client_id: billing.id, client_secret: billing.secret }),
          ),
      ],
      [
        'in the header, and another id in the body',
        () => header(basic(billing.id, billing.secret), form({ client_id: nobody })),
      ],
      [
        'in the header, and an assertion in the body',
        () => header(basic(billing.id, billing.secret), form({ client_assertion: 'a.b.c' })),
      ],
      [
        'in the address',
        () =>
          send(
            form({}),
            {},
            `/oauth/token?client_id=${billing.id}&client_secret=${billing.secret}`,
          ),
      ],
    ])('%s: invalid_request', async (_what, call) => {
      const { status, body } = (await call()) as Awaited<ReturnType<typeof send>>
      expect([status, body['error']]).toEqual([400, 'invalid_request'])
      expect(JSON.stringify(body)).not.toContain(billing.secret)
    })

    test('two headers: invalid_request', async () => {
      const body = form({})
      const lines = [basic(nobody, 'x'), basic(billing.id, billing.secret)]
      const answer = await sendRaw(
        authority.url,
        `POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${FORM['content-type']}\r\n${lines.map((line) => `Authorization: ${line}\r\n`).join('')}Content-Length: ${body.length}\r\n\r\n${body}`,
      )
      expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*"error":"invalid_request"/)
    })

    test('the secret of another client, or of a disabled one', async () => {
      const other = await create()
      expect((await ask({}, { id: billing.id, secret: other.secret })).status).toBe(401)
      await admin(`/admin/clients/${other.id}/disable`, { method: 'POST' })
      expect((await ask({}, other)).body.error).toBe('invalid_client')
      await admin(`/admin/clients/${other.id}`, { method: 'DELETE' })
      expect((await ask({}, other)).body.error).toBe('invalid_client')
    })

    test('secrets stand in no log and in no answer about the client', async () => {
      await admin(`/admin/clients/${billing.id}`)
      const { body } = await admin<object>('/admin/clients')
      const seen = authority.logged.join('') + JSON.stringify(body)
      expect(seen).not.toContain(billing.secret)
      expect(seen).not.toContain(basic(billing.id, billing.secret).slice(6))
    })
  })

  describe('J08 one reading of a form', () => {
    const GOOD = 'grant_type=client_credentials'
    test.each([
      ['a parameter twice', `${GOOD}&${GOOD}`],
      ['a parameter twice, once encoded', `${GOOD}&grant%5Ftype=client_credentials`],
      ['a parameter twice, once without a value', `${GOOD}&scope=&scope=pay`],
      ['an unknown parameter twice', `${GOOD}&x=1&x=2`],
      ['the audience twice', `${GOOD}&audience=${ORDERS}&audience=${PAY}`],
      ['no grant', 'scope=pay'],
      ['a grant without a value', 'grant_type='],
      ['nothing', ''],
      ['a percent sign that encodes nothing', `${GOOD}&scope=%`],
      ['bytes that are no UTF-8', `${GOOD}&scope=%ff%fe`],
      ['sixty parameters', `${GOOD}&${Array.from({ length: 60 }, (_, n) => `p${n}=1`).join('&')}`],
      ['a name of the prototype', `__proto__=x&constructor=y`],
    ])('%s: invalid_request', async (_what, text) => {
      const authorization = basic(billing.id, billing.secret)
      const { status, body } = await send(text, { authorization })
      expect([status, body['error']]).toEqual([400, 'invalid_request'])
      expect(body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    })

    test('parameters in the address are refused, whatever stands in the body', async () => {
      const authorization = basic(billing.id, billing.secret)
      for (const path of ['/oauth/token?scope=pay', `/oauth/token?${GOOD}`, '/oauth/token?x']) {
        const { status, body } = await send(GOOD, { authorization }, path)
        expect([status, body['error']]).toEqual([400, 'invalid_request'])
      }
    })

    test('what is no form is refused', async () => {
      const authorization = basic(billing.id, billing.secret)
      for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
        const { status, body } = await send('{"grant_type":"client_credentials"}', {
          authorization,
          'content-type': type,
        })
        expect([status, body['error']]).toEqual([415, 'invalid_request'])
      }
      const { status } = await send(GOOD, {
        authorization,
        'content-type': `${FORM['content-type']}; charset=utf-16`,
      })
      expect(status).toBe(415)
      const large = await send(`${GOOD}&x=${'a'.repeat(70_000)}`, { authorization })
      expect([large.status, large.body['error']]).toEqual([413, 'invalid_request'])
      const { status: got } = await authority.client.call('/oauth/token')
      expect(got).toBe(405)
    })

    test('unknown parameters and those without a value change nothing', async () => {
      const authorization = basic(billing.id, billing.secret)
      const text = `&${GOOD}&scope=&audience=&resource=&x=1&__proto__=y`
      const { status, body } = await send(text.slice(1), { authorization })
      expect([status, body['scope']]).toEqual([200, TERMS.scopes.join(' ')])
      expect(({} as { y?: unknown }).y).toBeUndefined()
    })
  })

  test.each([
    'password',
    'refresh_token',
    'authorization_code',
    'implicit',
    'Client_Credentials',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ])('J09 there is no grant %s', async (grant) => {
    const { status, body } = await ask({ grant_type: grant, username: 'a', password: 'b' })
    expect([status, body.error]).toEqual([400, 'unsupported_grant_type'])
  })

  describe('J11 a client gets what it was given and no more', () => {
    test('scopes can be narrowed', async () => {
      for (const [scope, expected] of [
        ['pay', 'pay'],
        ['pay orders:read', 'orders:read pay'],
        ['pay pay', 'pay'],
      ]) {
        const { body } = await ask({ scope })
        expect([body['scope'], claimsOf(body)['scope']]).toEqual([expected, expected])
      }
    })

    test.each([
      'admin',
      'pay admin',
      'PAY',
      ' pay',
      'pay ',
      'pay  orders:read',
      'pay\torders:read',
      'pay,orders:read',
      'p',
      'payx',
      '*',
      '\0',
    ])('not the scope %j', async (scope) => {
      const { status, body } = await ask({ scope })
      expect([status, body.error]).toEqual([400, 'invalid_scope'])
    })

    test('a client without scopes gets a token without', async () => {
      const client = await create({ scopes: [] })
      const { body } = await ask({}, client)
      expect([body['scope'], claimsOf(body)['scope']]).toEqual([undefined, undefined])
      expect((await ask({ scope: 'pay' }, client)).body.error).toBe('invalid_scope')
    })

    test('audiences can be narrowed, as `audience` and as `resource` (RFC 8707)', async () => {
      expect(claimsOf((await ask({ audience: PAY })).body)['aud']).toBe(PAY)
      expect(claimsOf((await ask({ resource: PAY })).body)['aud']).toBe(PAY)
      const both = await ask({ resource: [PAY, ORDERS, PAY] })
      expect(claimsOf(both.body)['aud']).toEqual([PAY, ORDERS])
    })

    test('not an audience that it was not given: neither the issuer nor a part of a name', async () => {
      const client = await create({ audiences: [PAY] })
      const { issuer } = authority.config
      for (const audience of [
        ORDERS,
        issuer,
        `${PAY}/`,
        PAY.slice(0, -1),
        'x',
        `${PAY} ${ORDERS}`,
      ]) {
        for (const asked of [{ audience }, { resource: [PAY, audience] }]) {
          const { status, body } = await ask(asked, client)
          expect([status, body.error]).toEqual([400, 'invalid_target'])
        }
      }
    })

    test('a client without an audience gets no token', async () => {
      const { status, body } = await ask({}, await create({ audiences: [] }))
      expect([status, body.error]).toEqual([400, 'unauthorized_client'])
    })
  })

  test('J20 a token of a client is no person: nothing of an account opens to it', async () => {
    const { body } = await ask()
    const token = String(body['access_token'])
    const calls: [string, string, object?][] = [
      ['GET', '/api/profile'],
      ['GET', '/api/sessions'],
      ['DELETE', '/api/sessions'],
      ['PUT', '/api/password', { currentPassword: 'x', newPassword: 'correct horse battery' }],
      ['GET', '/admin/accounts'],
      ['POST', '/admin/clients', { name: 'x' }],
      ['POST', '/logout'],
    ]
    for (const [method, path, body] of calls) {
      const answer = await authority.client.call(path, { method, token, ...(body && { body }) })
      expect([path, answer.status, answer.body['code']]).toEqual([path, 401, 'token_invalid'])
    }
    expect((await ask()).status).toBe(200)
  })

  test('wrong secrets are limited, and the client with the right one is not kept out', async () => {
    const wrong = () => ask({}, { ...billing, secret: 'cs_wrong' })
    let refused = await wrong()
    for (let attempt = 0; attempt < 50 && refused.status === 401; attempt++) refused = await wrong()
    expect([refused.status, refused.body.error]).toEqual([429, 'temporarily_unavailable'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const count = async () => {
      const rows = await database.query("select 1 from audit where type = 'client_refused'")
      return rows.length
    }
    const kept = await count()
    for (let attempt = 0; attempt < 5; attempt++) expect((await wrong()).status).toBe(429)
    expect(await count()).toBe(kept)
    expect((await ask()).status).toBe(200)
    expect(authority.logged.join('')).not.toContain('cs_wrong')
    clock.advance(600)
  })

  describe('with a service that follows the feed', () => {
    let service: StartedService

    beforeAll(async () => {
      const { issuer } = authority.config
      service = await startService({ issuer, audience: ORDERS, now: () => clock.now() })
      await service.guard.ready()
    })
    afterAll(() => service[Symbol.asyncDispose]())

    const ends: [string, (client: ClientAnswer) => Promise<{ status: number }>][] = [
      ['disabled', ({ id }) => admin(`/admin/clients/${id}/disable`, { method: 'POST' })],
      ['deleted', ({ id }) => admin(`/admin/clients/${id}`, { method: 'DELETE' })],
      ['sent away', ({ id }) => admin(`/admin/clients/${id}/tokens`, { method: 'DELETE' })],
      [
        'given a new secret for a stolen one',
        ({ id }) =>
          admin(`/admin/clients/${id}/secret`, { method: 'POST', body: { former: 'revoke' } }),
      ],
      [
        'left with fewer scopes',
        ({ id }) => admin(`/admin/clients/${id}`, { method: 'POST', body: { scopes: ['pay'] } }),
      ],
    ]
    test.each(ends)(
      'G01 tokens of a client that is %s are refused everywhere',
      async (_how, end) => {
        const client = await create()
        const token = String((await ask({}, client)).body['access_token'])
        const bystander = String((await ask()).body['access_token'])
        expect(await service.statusOf(token)).toBe(200)
        expect((await end(client)).status).toBeLessThan(300)
        await waitUntil('the service refuses', async () => (await service.statusOf(token)) === 401)
        expect(await service.statusOf(bystander)).toBe(200)
      },
    )

    test('a client that was revoked waits until its new token would live, and then it does', async () => {
      const client = await create()
      const before = String((await ask({}, client)).body['access_token'])
      await admin(`/admin/clients/${client.id}/tokens`, { method: 'DELETE' })
      for (const retryAfter of ['3', '2', '1']) {
        const { status, body, headers } = await ask({}, client)
        expect([status, body.error]).toEqual([503, 'temporarily_unavailable'])
        expect(headers.get('retry-after')).toBe(retryAfter)
        clock.advance(1)
      }
      const { status, body } = await ask({}, client)
      expect(status).toBe(200)
      await waitUntil('the service refuses', async () => (await service.statusOf(before)) === 401)
      expect(await service.statusOf(String(body['access_token']))).toBe(200)
    })

    test('G01 one token ends by its id, and the others of the client live on', async () => {
      const [one, other] = [(await ask()).body, (await ask()).body]
      const path = `/admin/tokens/${claimsOf(one)['jti']}`
      expect((await admin(path, { method: 'DELETE' })).status).toBe(204)
      await waitUntil('the service refuses', async () => {
        return (await service.statusOf(String(one['access_token']))) === 401
      })
      expect(await service.statusOf(String(other['access_token']))).toBe(200)
    })
  })
})

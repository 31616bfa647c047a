import {
  databases,
  FakeClock,
  type StartedAuthority,
  startAuthority,
  type TestDatabase,
  type TokenAnswer,
} from '@signet/testkit'
import { decode } from '@signet/token'
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

const PASSWORD = 'correct horse battery'
const GRANT = { grant_type: 'client_credentials' }

describe.each(databases)('introspection and revocation on $name', ({ open }) => {
  const clock = new FakeClock()
  let database: TestDatabase
  let authority: StartedAuthority
  let admin: CallAdmin
  /** May ask and end, may only ask, may do neither. */
  let operator: ClientAnswer
  let service: ClientAnswer
  let billing: ClientAnswer
  let people = 0

  beforeAll(async () => {
    database = await open()
    authority = await startAuthority({ clock, settings: database.settings })
    admin = await openAdministration(authority, database)
    operator = await create({ name: 'operator', rights: ['introspect', 'revoke'] })
    service = await create({ name: 'service', rights: ['introspect'] })
    billing = await create({ name: 'billing' })
  })

  afterAll(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  async function create(terms: object): Promise<ClientAnswer> {
    const body = { scopes: ['pay'], audiences: [authority.config.issuer], ...terms }
    return (await admin('/admin/clients', { method: 'POST', body })).body
  }

  async function signUp(): Promise<TokenAnswer> {
    const { body } = await authority.client.signup(`person-${people++}@example.com`, PASSWORD)
    return body
  }

  async function tokenOf(client: ClientAnswer): Promise<string> {
    const { body } = await callOauth(authority, '/oauth/token', GRANT, client)
    return String(body['access_token'])
  }

  const introspect = (token: string, client = service, more = {}) =>
    callOauth(authority, '/oauth/introspect', { token, ...more }, client)
  const revoke = (token: string, client = operator, more = {}) =>
    callOauth(authority, '/oauth/revoke', { token, ...more }, client)
  const isActive = async (token: string) => (await introspect(token)).body['active']

  describe('introspection (RFC 7662)', () => {
    test('says of an access token what stands in it', async () => {
      const { accessToken } = await signUp()
      const { status, body, headers } = await introspect(accessToken)
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toEqual({ active: true, token_type: 'Bearer', ...decode(accessToken).claims })
      expect(body).toMatchObject({ client_id: 'signet', iss: authority.config.issuer })
    })

    test('says of a token of a client what stands in it', async () => {
      const token = await tokenOf(billing)
      const { body } = await introspect(token)
      expect(body).toEqual({ active: true, token_type: 'Bearer', ...decode(token).claims })
      expect(body).toMatchObject({ sub: billing.id, client_id: billing.id, scope: 'pay' })
    })

    test('says of a refresh token whose session it continues, and until when', async () => {
      const { refreshToken, accessToken, user } = await signUp()
      const { body } = await introspect(refreshToken)
      const now = Math.floor(clock.now() / 1000)
      expect(body).toEqual({
        active: true,
        iss: authority.config.issuer,
        sub: user?.id,
        client_id: 'signet',
        sid: decode(accessToken).claims['sid'],
        iat: now,
        exp: now + 7 * 86_400,
      })
    })

    test('asking about a void refresh token is no use of it: the session lives on', async () => {
      const { refreshToken: first } = await signUp()
      const { body: second } = await authority.client.refresh(first)
      expect(await isActive(first)).toBe(true)
      const { body: third } = await authority.client.refresh(second.refreshToken)
      expect(await isActive(first)).toBe(false)
      expect(await isActive(third.refreshToken)).toBe(true)
      expect((await authority.client.refresh(third.refreshToken)).status).toBe(200)
    })

    test('the hint changes nothing, whatever it says', async () => {
      const { accessToken, refreshToken } = await signUp()
      for (const token of [accessToken, refreshToken]) {
        for (const hint of ['access_token', 'refresh_token', 'nonsense']) {
          const { body } = await introspect(token, service, { token_type_hint: hint })
          expect(body['active']).toBe(true)
        }
      }
    })

    test('what is no token of ours is told in the same words as one that has died', async () => {
      const { accessToken, refreshToken } = await signUp()
      await authority.client.logout(accessToken)
      await using other = await startAuthority({ clock })
      const { body: foreign } = await other.client.signup('eve@example.com', PASSWORD)
      const never = [foreign.accessToken, foreign.refreshToken, 'x', 'a.b.c', `${accessToken}=`]
      for (const token of [accessToken, refreshToken, ...never]) {
        const { status, body } = await introspect(token)
        expect([status, body]).toEqual([200, { active: false }])
      }
    })

    test('J10 is answered only to clients that have the right', async () => {
      const { accessToken } = await signUp()
      const { status, body } = await introspect(accessToken, billing)
      expect([status, body.error]).toEqual([400, 'unauthorized_client'])
      const nobody = await callOauth(authority, '/oauth/introspect', { token: accessToken })
      expect([nobody.status, nobody.body.error]).toEqual([401, 'invalid_client'])
      const bearer = await authority.client.call('/oauth/introspect', {
        text: formOf({ token: accessToken }),
        headers: { ...FORM, authorization: `Bearer ${accessToken}` },
      })
      expect([bearer.status, bearer.body['error']]).toEqual([401, 'invalid_client'])
    })
  })

  describe('E05 G02 what has ended is not active from the same moment on', () => {
    const ends: [string, (user: TokenAnswer) => Promise<{ status: number }>][] = [
      ['a logout', ({ accessToken }) => authority.client.logout(accessToken)],
      ['an end by RFC 7009', ({ accessToken }) => revoke(accessToken)],
      ['an end of its refresh token', ({ refreshToken }) => revoke(refreshToken)],
      [
        'an end by an operator',
        ({ accessToken }) =>
          admin(`/admin/sessions/${decode(accessToken).claims['sid']}`, { method: 'DELETE' }),
      ],
      [
        'a disabled account',
        ({ user }) => admin(`/admin/accounts/${user?.id}/disable`, { method: 'POST' }),
      ],
      [
        'a reused refresh token',
        async ({ refreshToken }) => {
          const { body } = await authority.client.refresh(refreshToken)
          await authority.client.refresh(body.refreshToken)
          expect((await authority.client.refresh(refreshToken)).status).toBe(401)
          return { status: 204 }
        },
      ],
    ]
    test.each(ends)('by %s', async (_how, end) => {
      const user = await signUp()
      expect([await isActive(user.accessToken), await isActive(user.refreshToken)]).toEqual([
        true,
        true,
      ])
      expect((await end(user)).status).toBeLessThan(300)
      expect([await isActive(user.accessToken), await isActive(user.refreshToken)]).toEqual([
        false,
        false,
      ])
      expect((await authority.client.profile(user.accessToken)).status).toBe(401)
      expect((await authority.client.refresh(user.refreshToken)).status).toBe(401)
    })

    test('by other roles: the access token ends, the session lives on', async () => {
      const { accessToken, refreshToken, user } = await signUp()
      const path = `/admin/accounts/${user?.id}/roles`
      await admin(path, { method: 'POST', body: { add: ['reader'] } })
      expect([await isActive(accessToken), await isActive(refreshToken)]).toEqual([false, true])
    })

    test('by the id of one access token: the session lives on', async () => {
      const { accessToken, refreshToken } = await signUp()
      const path = `/admin/tokens/${decode(accessToken).claims['jti']}`
      expect((await admin(path, { method: 'DELETE' })).status).toBe(204)
      expect([await isActive(accessToken), await isActive(refreshToken)]).toEqual([false, true])
      expect((await authority.client.profile(accessToken)).status).toBe(401)
      const { body } = await authority.client.refresh(refreshToken)
      expect(await isActive(body.accessToken)).toBe(true)
    })

    test('by an operator to whom it is shown, if it is one of ours', async () => {
      const show = (token: string) =>
        admin<object>('/admin/tokens/end', { method: 'POST', body: { token } })
      const { accessToken, refreshToken } = await signUp()
      const forged = [`${accessToken.slice(0, -8)}AAAAAAAA`, `${refreshToken}A`, 'x']
      for (const token of forged) expect((await show(token)).status).toBe(404)
      expect(await isActive(accessToken)).toBe(true)
      const { sid } = decode(accessToken).claims
      const ended = await show(refreshToken)
      expect([ended.status, ended.body]).toEqual([200, { kind: 'session', id: sid }])
      expect([await isActive(accessToken), await isActive(refreshToken)]).toEqual([false, false])

      const [one, other] = [await tokenOf(billing), await tokenOf(billing)]
      const alone = await show(one)
      expect(alone.body).toEqual({ kind: 'token', id: decode(one).claims['jti'] })
      expect([await isActive(one), await isActive(other)]).toEqual([false, true])
    })

    test('by its time', async () => {
      const { accessToken, refreshToken } = await signUp()
      const client = await tokenOf(billing)
      clock.advance(911)
      expect([await isActive(accessToken), await isActive(client)]).toEqual([false, false])
      expect(await isActive(refreshToken)).toBe(true)
      clock.advance(7 * 86_400)
      expect(await isActive(refreshToken)).toBe(false)
      admin = await openAgain()
    })

    test.each([
      ['disabled', (id: string) => admin(`/admin/clients/${id}/disable`, { method: 'POST' })],
      ['deleted', (id: string) => admin(`/admin/clients/${id}`, { method: 'DELETE' })],
      ['revoked', (id: string) => admin(`/admin/clients/${id}/tokens`, { method: 'DELETE' })],
    ])('by a client that is %s', async (_how, end) => {
      const client = await create({ name: 'short' })
      const token = await tokenOf(client)
      expect(await isActive(token)).toBe(true)
      await end(client.id)
      expect(await isActive(token)).toBe(false)
    })
  })

  /** The administrator's token has run out with the clock. */
  async function openAgain(): Promise<CallAdmin> {
    const login = { email: 'admin@example.com', password: PASSWORD }
    const { body } = await authority.client.call<TokenAnswer>('/login', { body: login })
    return (path, options = {}) =>
      authority.client.call(path, { token: body.accessToken, ...options })
  }

  describe('revocation (RFC 7009)', () => {
    test('E04 a client ends its own token, and not that of another client or of a person', async () => {
      const own = await tokenOf(billing)
      const others = await tokenOf(service)
      const { accessToken, refreshToken } = await signUp()
      for (const token of [others, accessToken, refreshToken]) {
        const { status, body } = await revoke(token, billing)
        expect([status, body.error]).toEqual([400, 'unauthorized_client'])
        expect(await isActive(token)).toBe(true)
      }
      const { status, headers } = await revoke(own, billing)
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
      expect(await isActive(own)).toBe(false)
      expect(await isActive(await tokenOf(billing))).toBe(true)
    })

    test('with the right `revoke` a client ends every token', async () => {
      const { accessToken, refreshToken } = await signUp()
      for (const token of [await tokenOf(billing), accessToken]) {
        expect((await revoke(token)).status).toBe(200)
        expect(await isActive(token)).toBe(false)
      }
      expect(await isActive(refreshToken)).toBe(false)
    })

    test('a token that has expired still ends its session', async () => {
      const { accessToken, refreshToken } = await signUp()
      clock.advance(911)
      expect((await revoke(accessToken)).status).toBe(200)
      expect(await isActive(refreshToken)).toBe(false)
      admin = await openAgain()
    })

    test('what is no token of ours is as good as ended', async () => {
      const { accessToken } = await signUp()
      await revoke(accessToken)
      const forged = `${accessToken.slice(0, -8)}AAAAAAAA`
      for (const token of [accessToken, forged, 'x', 'rt_x', 'a.b.c', `rt_${'A'.repeat(75)}`]) {
        const answer = await revoke(token, billing)
        // Its own end is known to the authority, but it was not issued to this client.
        expect(answer.status).toBe(token === accessToken ? 400 : 200)
      }
    })

    test('a forged token ends nothing', async () => {
      const { accessToken, refreshToken } = await signUp()
      const [, payload] = accessToken.split('.')
      const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
      for (const token of [`${none}.${payload}.`, `${accessToken.slice(0, -8)}AAAAAAAA`]) {
        expect((await revoke(token)).status).toBe(200)
      }
      expect([await isActive(accessToken), await isActive(refreshToken)]).toEqual([true, true])
    })

    test('the audit log says who ended what', async () => {
      const { accessToken } = await signUp()
      const own = await tokenOf(billing)
      await revoke(accessToken)
      await revoke(own, billing)
      const { body } = await admin<{ entries: object[] }>('/admin/audit?last=2')
      expect(body.entries).toMatchObject([
        { type: 'session_ended', actor: operator.id, detail: { reason: 'revoked' } },
        { type: 'token_revoked', actor: billing.id, detail: { token: decode(own).claims['jti'] } },
      ])
    })

    test('J08 J10 a form without a token, with two, or from nobody is refused', async () => {
      const authorization = basic(operator.id, operator.secret)
      for (const path of ['/oauth/revoke', '/oauth/introspect']) {
        for (const text of ['', 'token=', 'token=a&token=b', 'token_type_hint=access_token']) {
          const headers = { ...FORM, authorization }
          const { status, body } = await authority.client.call(path, { text, headers })
          expect([status, body['error']]).toEqual([400, 'invalid_request'])
        }
        const inAddress = await authority.client.call(`${path}?token=a`, {
          text: 'token=a',
          headers: { ...FORM, authorization },
        })
        expect(inAddress.body['error']).toBe('invalid_request')
        const nobody = await authority.client.call(path, { text: 'token=a', headers: FORM })
        expect([nobody.status, nobody.body['error']]).toEqual([401, 'invalid_client'])
      }
    })
  })

  test('discovery names the endpoints and how clients say who they are', async () => {
    for (const name of ['oauth-authorization-server', 'openid-configuration']) {
      const { body } = await authority.client.call(`/.well-known/${name}`)
      const { issuer } = authority.config
      const methods = ['client_secret_basic', 'client_secret_post']
      expect(body).toMatchObject({
        token_endpoint: `${issuer}/oauth/token`,
        token_endpoint_auth_methods_supported: methods,
        introspection_endpoint: `${issuer}/oauth/introspect`,
        introspection_endpoint_auth_methods_supported: methods,
        revocation_endpoint: `${issuer}/oauth/revoke`,
        revocation_endpoint_auth_methods_supported: methods,
        grant_types_supported: ['client_credentials'],
        response_types_supported: [],
      })
    }
  })
})

import { startAuthority, type TokenAnswer } from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'
const ORDERS = 'https://orders.example'
const PAYMENTS = 'https://payments.example'

let authority: Awaited<ReturnType<typeof startAuthority>>

beforeAll(async () => {
  authority = await startAuthority({ settings: { SIGNET_AUDIENCE: `${ORDERS},${PAYMENTS}` } })
})
afterAll(() => authority[Symbol.asyncDispose]())

function claimsOf(token: string) {
  return decode(token).claims
}

async function statusesOf({ accessToken, refreshToken }: TokenAnswer) {
  const profile = await authority.client.profile(accessToken)
  const refresh = await authority.client.refresh(refreshToken)
  return [profile.status, profile.body['code'], refresh.status, refresh.body.code]
}

describe('the walk', () => {
  test('a signup answers 201 with tokens and the account', async () => {
    const answer = await authority.client.call<TokenAnswer>('/signup', {
      body: { email: 'Ada@Example.COM', password: PASSWORD, name: 'Ada' },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refreshToken: expect.stringMatching(/^rt_[\w-]{75}$/),
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshExpiresIn: 604_800,
      user: {
        id: expect.stringMatching(/^acc_[\w-]{22}$/),
        email: 'ada@example.com',
        name: 'Ada',
        roles: [],
      },
    })
  })

  test('a login answers 200 with the same shape, for the account that signed up', async () => {
    const signup = await authority.client.signup('bo@example.com', PASSWORD)
    const login = await authority.client.login('BO@example.com', PASSWORD)
    expect(login.status).toBe(200)
    expect(login.headers.get('cache-control')).toBe('no-store')
    expect(Object.keys(login.body)).toEqual(Object.keys(signup.body))
    expect(login.body.user).toEqual(signup.body.user)
    expect(login.body.user).toMatchObject({ name: null })
    expect(claimsOf(login.body.accessToken)['sid']).not.toBe(
      claimsOf(signup.body.accessToken)['sid'],
    )
  })

  test('an access token says what product and RFC 9068 ask for, and nothing private', async () => {
    const { body } = await authority.client.signup('cy@example.com', PASSWORD)
    const { header, claims } = decode(body.accessToken)
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
    const now = Date.now() / 1000
    expect(claims).toEqual({
      iss: authority.config.issuer,
      sub: body.user?.id,
      aud: [ORDERS, PAYMENTS],
      iat: expect.closeTo(now, -1),
      exp: Number(claims['iat']) + 900,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      client_id: 'signet',
      sid: expect.stringMatching(/^ses_[\w-]{22}$/),
      ver: 1,
      roles: [],
      auth_time: claims['iat'],
      amr: ['pwd'],
    })
    expect(body.accessToken.length).toBeLessThan(1024)
  })

  test('the profile is shown to the bearer of the access token', async () => {
    const { body } = await authority.client.signup('di@example.com', PASSWORD)
    const profile = await authority.client.profile(body.accessToken)
    expect(profile.status).toBe(200)
    expect(profile.headers.get('cache-control')).toBe('no-store')
    expect(profile.body).toEqual({
      id: body.user?.id,
      email: 'di@example.com',
      emailVerified: false,
      name: null,
      roles: [],
      createdAt: claimsOf(body.accessToken)['iat'],
    })
  })

  test('a refresh answers as a login without the account, and both new tokens work', async () => {
    const { body: first } = await authority.client.signup('ed@example.com', PASSWORD)
    const refresh = await authority.client.refresh(first.refreshToken)
    expect(refresh.status).toBe(200)
    expect(refresh.headers.get('cache-control')).toBe('no-store')
    expect(refresh.body).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^rt_[\w-]{75}$/),
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshExpiresIn: 604_800,
    })
    expect(refresh.body.refreshToken).not.toBe(first.refreshToken)
    const [before, after] = [claimsOf(first.accessToken), claimsOf(refresh.body.accessToken)]
    expect(after['jti']).not.toBe(before['jti'])
    expect(after).toMatchObject({ sub: before.sub, sid: before['sid'], aud: before.aud })
    expect((await authority.client.profile(refresh.body.accessToken)).status).toBe(200)
    expect((await authority.client.refresh(refresh.body.refreshToken)).status).toBe(200)
  })

  test('wrong password, unknown address and malformed address get one and the same answer', async () => {
    await authority.client.signup('fay@example.com', PASSWORD)
    const answers = []
    for (const email of ['fay@example.com', 'nobody@example.com', 'not an address']) {
      answers.push(await authority.client.login(email, 'wrong horse battery'))
    }
    const [first] = answers
    expect(first).toMatchObject({ status: 401, body: { code: 'credentials_wrong' } })
    for (const answer of answers) expect(answer.body).toEqual(first?.body)
  })

  test('a taken address is 409, in any spelling', async () => {
    await authority.client.signup('gus@example.com', PASSWORD)
    const again = await authority.client.signup('GUS@EXAMPLE.com', 'another long password')
    expect(again).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect((await authority.client.login('gus@example.com', PASSWORD)).status).toBe(200)
  })
})

describe('the audience', () => {
  const login = (audience: string) =>
    authority.client.call<TokenAnswer>('/login', {
      body: { email: 'aud@example.com', password: PASSWORD, audience },
    })
  const refresh = (refreshToken: string, audience?: string) =>
    authority.client.call<TokenAnswer>('/refresh', {
      body: { refreshToken, ...(audience === undefined ? {} : { audience }) },
    })

  beforeAll(async () => {
    await authority.client.signup('aud@example.com', PASSWORD)
  })

  test('a login may ask for one of the configured audiences or the issuer', async () => {
    for (const audience of [ORDERS, PAYMENTS, authority.config.issuer]) {
      const { status, body } = await login(audience)
      expect(status).toBe(200)
      expect(claimsOf(body.accessToken).aud).toBe(audience)
    }
  })

  test('a refresh keeps the audience of the token before, or takes the one asked for', async () => {
    const { body: first } = await login(ORDERS)
    const { body: second } = await refresh(first.refreshToken)
    expect(claimsOf(second.accessToken).aud).toBe(ORDERS)
    const { body: third } = await refresh(second.refreshToken, PAYMENTS)
    expect(claimsOf(third.accessToken).aud).toBe(PAYMENTS)
    const { body: fourth } = await refresh(third.refreshToken)
    expect(claimsOf(fourth.accessToken).aud).toBe(PAYMENTS)
  })

  test.each([
    'https://unknown.example',
    `${ORDERS}/`,
    ORDERS.toUpperCase(),
    `${ORDERS},${PAYMENTS}`,
    `${ORDERS} ${PAYMENTS}`,
  ])(
    'the audience %j is unknown: 400, no session, and the refresh token is not used up',
    async (audience) => {
      expect(await login(audience)).toMatchObject({
        status: 400,
        body: { code: 'audience_unknown', pointer: '/audience' },
      })
      const { body: first } = await login(ORDERS)
      const refused = await refresh(first.refreshToken, audience)
      expect(refused).toMatchObject({ status: 400, body: { code: 'audience_unknown' } })
      // Had the refusal rotated, this would be a repeat that carries the audience it rotated to.
      const { body: next } = await refresh(first.refreshToken)
      expect(claimsOf(next.accessToken).aud).toBe(ORDERS)
    },
  )
})

describe('the logout', () => {
  test('G02 both tokens are refused from the moment of the answer on', async () => {
    const { body: first } = await authority.client.signup('lou@example.com', PASSWORD)
    const { body: second } = await authority.client.refresh(first.refreshToken)
    const logout = await authority.client.logout(second.accessToken)
    const answers = await Promise.all([statusesOf(first), statusesOf(second)])
    expect(logout.status).toBe(204)
    expect(logout.headers.get('cache-control')).toBe('no-store')
    expect(answers[0]).toEqual([401, 'token_revoked', 401, 'session_ended'])
    expect(answers[1]).toEqual([401, 'token_revoked', 401, 'session_ended'])
  })

  test('the refresh token alone ends its session, also one that was rotated away', async () => {
    const { body: first } = await authority.client.signup('max@example.com', PASSWORD)
    const { body: second } = await authority.client.refresh(first.refreshToken)
    const { refreshToken } = first
    const logout = await authority.client.call('/logout', { body: { refreshToken } })
    expect(logout.status).toBe(204)
    expect(await statusesOf(second)).toEqual([401, 'token_revoked', 401, 'session_ended'])
  })

  test('bearer and refresh token of two sessions end both, and no other', async () => {
    const { body: one } = await authority.client.signup('ned@example.com', PASSWORD)
    const { body: two } = await authority.client.login('ned@example.com', PASSWORD)
    const { body: three } = await authority.client.login('ned@example.com', PASSWORD)
    const logout = await authority.client.call('/logout', {
      token: one.accessToken,
      body: { refreshToken: two.refreshToken },
    })
    expect(logout.status).toBe(204)
    const ended = [401, 'token_revoked', 401, 'session_ended']
    expect(await statusesOf(one)).toEqual(ended)
    expect(await statusesOf(two)).toEqual(ended)
    expect(await statusesOf(three)).toEqual([200, undefined, 200, undefined])
  })

  test('a second logout is 204 again and writes nothing to the log', async () => {
    const { body } = await authority.client.signup('oz@example.com', PASSWORD)
    await authority.client.logout(body.accessToken)
    const before = await authority.client.call('/revocations')
    expect((await authority.client.logout(body.accessToken)).status).toBe(204)
    expect((await authority.client.call('/revocations')).body).toEqual(before.body)
  })

  test('nothing given is 401', async () => {
    const answer = await authority.client.call('/logout', { method: 'POST' })
    expect(answer).toMatchObject({ status: 401, body: { code: 'credentials_missing' } })
  })

  test('a good token ends its session, whatever stands beside it', async () => {
    const garbage = { bearer: 'no token at all', refresh: `rt_${'A'.repeat(75)}` }
    const bearer = (await authority.client.signup('pia@example.com', PASSWORD)).body
    const refresh = (await authority.client.login('pia@example.com', PASSWORD)).body
    const answers = await Promise.all([
      authority.client.call('/logout', {
        token: bearer.accessToken,
        body: { refreshToken: garbage.refresh },
      }),
      authority.client.call('/logout', {
        token: garbage.bearer,
        body: { refreshToken: refresh.refreshToken },
      }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([204, 204])
    for (const pair of [bearer, refresh]) {
      expect(await statusesOf(pair)).toEqual([401, 'token_revoked', 401, 'session_ended'])
    }
  })

  test.each([
    ['a bearer', { token: 'garbage' }],
    ['a refresh token', { body: { refreshToken: `rt_${'A'.repeat(75)}` } }],
  ])('%s that is none of ours is 401', async (_name, options) => {
    const answer = await authority.client.call('/logout', { method: 'POST', ...options })
    expect(answer.status).toBe(401)
  })
})

describe('a second start', () => {
  test('finds accounts, sessions, keys, tokens and ends again', async () => {
    const { body: open } = await authority.client.signup('rex@example.com', PASSWORD)
    const { body: ended } = await authority.client.login('rex@example.com', PASSWORD)
    await authority.client.logout(ended.accessToken)
    const keys = await authority.client.call('/.well-known/jwks.json')
    const { entries } = (await authority.client.call('/revocations')).body

    await authority.restart()

    expect((await authority.client.call('/.well-known/jwks.json')).body).toEqual(keys.body)
    expect((await authority.client.call('/revocations')).body).toMatchObject({ entries })
    expect(await statusesOf(ended)).toEqual([401, 'token_revoked', 401, 'session_ended'])
    expect(await statusesOf(open)).toEqual([200, undefined, 200, undefined])
    expect((await authority.client.login('rex@example.com', PASSWORD)).status).toBe(200)
  })

  test('with another algorithm still accepts the tokens signed before', async () => {
    const { body } = await authority.client.signup('sam@example.com', PASSWORD)
    await authority.restart({ SIGNET_ALG: 'EdDSA' })
    expect((await authority.client.profile(body.accessToken)).status).toBe(200)
    const { body: next } = await authority.client.refresh(body.refreshToken)
    // Its key is published first: nobody is given a token that services cannot know how to check.
    expect(decode(next.accessToken).header).toMatchObject({ alg: 'ES256' })
    expect((await authority.client.profile(next.accessToken)).status).toBe(200)
  })
})

describe('what an authority says of itself', () => {
  test('both discovery documents name the issuer and only addresses that answer', async () => {
    for (const path of ['openid-configuration', 'oauth-authorization-server']) {
      const { status, body } = await authority.client.call(`/.well-known/${path}`)
      expect(status).toBe(200)
      expect(body['issuer']).toBe(authority.config.issuer)
      const addresses = Object.values(body)
        .filter((value): value is string => typeof value === 'string')
        .map((value) => value.slice(authority.config.issuer.length))
        .filter((path) => path !== '' && !path.endsWith('/stream'))
      expect(addresses).toContain('/.well-known/jwks.json')
      expect(addresses).toContain('/revocations')
      for (const address of addresses) {
        const { status } = await authority.client.call(address)
        expect(status, address).toBe(address.startsWith('/oauth/') ? 405 : 200)
      }
    }
  })

  test('A18 the key set holds an active and a next key and no private member', async () => {
    const answer = await authority.client.call<{ keys: Record<string, unknown>[] }>(
      '/.well-known/jwks.json',
    )
    expect(answer.headers.get('content-type')).toMatch(/^application\/jwk-set\+json/)
    expect(answer.body.keys.length).toBeGreaterThanOrEqual(2)
    const kids = answer.body.keys.map(({ kid }) => kid)
    expect(new Set(kids).size).toBe(kids.length)
    for (const key of answer.body.keys) {
      for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
        expect(key).not.toHaveProperty(name)
    }
    const again = await fetch(`${authority.url}/.well-known/jwks.json`, {
      headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
  })
})

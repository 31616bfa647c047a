import {
  type AuthorityClient,
  FakeClock,
  type StartedAuthority,
  startAuthority,
} from '@signet/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'
const EMAIL = 'ada@example.com'

const clock = new FakeClock()
let authority: StartedAuthority
let client: AuthorityClient

beforeEach(async () => {
  authority = await startAuthority({ clock, settings: { SIGNET_TRUST_PROXY: '127.0.0.1' } })
  client = authority.client
  expect((await client.signup(EMAIL, PASSWORD)).status).toBe(201)
})

afterEach(() => authority[Symbol.asyncDispose]())

interface Guess {
  email?: string
  password?: string
  from?: string
  headers?: Record<string, string>
}

function login({ email = EMAIL, password = 'not the password', from, headers }: Guess = {}) {
  const forwarded = from === undefined ? {} : { 'x-forwarded-for': from }
  return client.call('/login', { body: { email, password }, headers: { ...forwarded, ...headers } })
}

const addressOf = (number: number) => `198.51.${number >> 8}.${number & 255}`

/** From a new address each: only the account's counter can fill. */
async function fillAccount(email = EMAIL): Promise<void> {
  for (let guess = 0; guess < 10; guess++) {
    const { status } = await login({ email, from: addressOf(guess) })
    expect(status).toBe(401)
  }
}

describe('guessing a password', () => {
  test('K02 ends after ten, wherever they come from, and Retry-After tells the moment', async () => {
    await fillAccount()
    const refused = await login({ from: addressOf(999), password: PASSWORD })
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts'])
    expect(refused.headers.get('retry-after')).toBe('300')
    clock.advance(299)
    expect((await login({ password: PASSWORD })).headers.get('retry-after')).toBe('1')
    clock.advance(1)
    expect((await login({ password: PASSWORD })).status).toBe(200)
  })

  test('K01 K02 is limited for an address that no account has, and that is no address, just the same', async () => {
    for (const email of ['nobody@example.com', 'nobody']) {
      await fillAccount(email)
      const { status, body, headers } = await login({ email })
      expect([status, body.code, headers.get('retry-after')]).toEqual([
        429,
        'too_many_attempts',
        '300',
      ])
    }
  })

  test('right passwords in between are not counted', async () => {
    for (let round = 0; round < 30; round++) {
      expect((await login({ password: PASSWORD })).status).toBe(200)
    }
    await fillAccount()
  })

  test('K03 200 at once are no more than one after the other', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => login({ from: addressOf(index) })),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(190)
  })

  test('K03 no spelling of the address and no other way to the login gets more', async () => {
    await fillAccount()
    for (const email of ['ADA@example.com', 'Ada@EXAMPLE.COM', 'ada@ｅxample.com']) {
      expect((await login({ email })).status).toBe(429)
    }
    const forged = ['x-real-ip', 'forwarded', 'true-client-ip', 'cf-connecting-ip', 'x-client-ip']
    for (const name of forged) {
      expect((await login({ headers: { [name]: '203.0.113.9' } })).status).toBe(429)
    }
    const body = { email: EMAIL, password: PASSWORD }
    for (const path of ['/login/', '//login', '/Login', '/login?x=1', '/login;x']) {
      expect((await client.call(path, { body })).status).not.toBe(200)
    }
    expect((await client.call('/login', { body, method: 'PUT' })).status).toBe(405)
  })

  test('K03 one address block is limited, over all accounts and all its addresses', async () => {
    for (let guess = 0; guess < 100; guess++) {
      const from = `2001:db8:0:1::${guess.toString(16)}`
      expect((await login({ email: `nobody${guess}@example.com`, from })).status).toBe(401)
    }
    const next = { email: 'somebody@example.com', password: PASSWORD }
    expect((await login({ ...next, from: '2001:db8:0:1:ffff::1' })).status).toBe(429)
    expect((await login({ ...next, from: '2001:db8:0:2::1' })).status).toBe(401)
  })

  test.each([
    ['a port behind it', (guess: number) => `203.0.113.7:${4_000 + guess}`],
    [
      'brackets and a port',
      (guess: number) => `[2001:db8:9::${guess.toString(16)}]:${4_000 + guess}`,
    ],
    ['text that is no address', (guess: number) => `unknown-${guess}`],
    [
      'other texts of one address',
      (guess: number) => `203.000.113.${guess % 2 === 0 ? '07' : '007'}`,
    ],
  ])('K03 an address with %s is one sender all the same', async (_what, addressOf) => {
    for (let guess = 0; guess < 100; guess++) {
      await login({ email: `nobody${guess}@example.com`, from: addressOf(guess) })
    }
    const { status } = await login({ email: 'somebody@example.com', from: addressOf(200) })
    expect(status).toBe(429)
  })

  test('H15 what a proxy says is stored as an address or not at all', async () => {
    const { body } = await client.call<{ accessToken: string }>('/login', {
      body: { email: EMAIL, password: PASSWORD },
      headers: { 'x-forwarded-for': '6.6.6.6  reason=owner  from 1.1.1.1' },
    })
    const { body: listed } = await client.call<{ sessions: { address: string }[] }>(
      '/api/sessions',
      {
        token: body.accessToken,
      },
    )
    expect(new Set(listed.sessions.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']))
  })

  test('K04 the owner’s device gets in while others hammer, and gets ten guesses of its own', async () => {
    const { headers } = await login({ password: PASSWORD })
    const cookie = headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^signet_device=[\w-]{64}; .*Path=\/login; .*HttpOnly; SameSite=Strict$/)
    const device = { headers: { cookie: cookie.split(';')[0] ?? '' } }
    await fillAccount()
    expect((await login({ password: PASSWORD })).status).toBe(429)
    expect((await login({ ...device, password: PASSWORD })).status).toBe(200)
    for (let guess = 0; guess < 10; guess++) expect((await login(device)).status).toBe(401)
    expect((await login({ ...device, password: PASSWORD })).status).toBe(429)
  })

  test('K04 a device of one account is nothing for another, and a forged one nothing at all', async () => {
    await client.signup('eve@example.com', PASSWORD)
    const { headers } = await login({ email: 'eve@example.com', password: PASSWORD })
    const proof = /signet_device=([\w-]+)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? ''
    await fillAccount()
    const changed = proof.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
    for (const value of [proof, changed, 'A'.repeat(64), '', '%00', proof.slice(1)]) {
      const attempt = { password: PASSWORD, headers: { cookie: `signet_device=${value}` } }
      expect((await login(attempt)).status).toBe(429)
    }
  })

  test('of the current password, by one who is logged in, ends after ten as well', async () => {
    const { body } = await client.login(EMAIL, PASSWORD)
    const change = (currentPassword: string) =>
      client.call('/api/password', {
        method: 'PUT',
        token: body.accessToken,
        body: { currentPassword, newPassword: 'staple battery horse' },
      })
    for (let guess = 0; guess < 10; guess++) expect((await change('guess')).status).toBe(403)
    expect((await change(PASSWORD)).status).toBe(429)
    // The login is another door with another lock: a stolen token cannot keep the owner out.
    expect((await client.login(EMAIL, PASSWORD)).status).toBe(200)
  })
})

test('K02 signing up is limited by address block; an unfit password is not held against it', async () => {
  const signup = (number: number, password = PASSWORD) =>
    client.call('/signup', {
      body: { email: `new${number}@example.com`, password },
      headers: { 'x-forwarded-for': '203.0.113.5' },
    })
  for (let index = 0; index < 60; index++) expect((await signup(index, 'short')).status).toBe(400)
  const answers = []
  for (let index = 0; index < 51; index++) answers.push((await signup(index)).status)
  expect(answers).toEqual([...Array(50).fill(201), 429])
})

test('K03 a header is believed from a trusted proxy only', async () => {
  await using open = await startAuthority({ clock })
  const statuses = []
  for (let guess = 0; guess < 101; guess++) {
    const { status } = await open.client.call('/login', {
      body: { email: `nobody${guess}@example.com`, password: 'x' },
      headers: { 'x-forwarded-for': addressOf(guess) },
    })
    statuses.push(status)
  }
  expect(statuses).toEqual([...Array(100).fill(401), 429])
})

test('common passwords are refused with the reason', async () => {
  for (const password of ['password1', 'Password1', 'iloveyou1', '1234567890']) {
    const { status, body } = await client.signup('weak@example.com', password)
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({
        code: 'password_unacceptable',
        detail: expect.stringContaining('common passwords'),
      }),
    ])
  }
})

import {
  type AuthorityClient,
  databases,
  FakeClock,
  type StartedAuthority,
  startAuthority,
  type TestDatabase,
  type TokenAnswer,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'
const OTHER_PASSWORD = 'staple battery horse'
const SERVICE = 'https://orders.example.com'
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0'

interface Listed {
  id: string
  current: boolean
  device: string
  address: string
  createdAt: number
  lastUsedAt: number
  expiresAt: number
}

describe.each(databases)('on $name', ({ open }) => {
  const clock = new FakeClock()
  let database: TestDatabase
  let authority: StartedAuthority
  let client: AuthorityClient

  beforeAll(async () => {
    database = await open()
    const settings = { ...database.settings, SIGNET_AUDIENCE: SERVICE }
    authority = await startAuthority({ clock, settings })
    client = authority.client
  })

  afterAll(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  async function login(email: string, options: { userAgent?: string; password?: string } = {}) {
    const { userAgent = 'node', password = PASSWORD } = options
    const { status, body } = await client.call<TokenAnswer>('/login', {
      body: { email, password, audience: authority.config.issuer },
      headers: { 'user-agent': userAgent },
    })
    expect(status).toBe(200)
    return body
  }

  async function signUp(email: string) {
    expect((await client.signup(email, PASSWORD)).status).toBe(201)
    return login(email)
  }

  const sessionOf = ({ accessToken }: TokenAnswer) => String(decode(accessToken).claims['sid'])

  async function list(token: string) {
    const { status, body } = await client.call<{ sessions: Listed[] }>('/api/sessions', { token })
    expect(status).toBe(200)
    return body.sessions
  }

  const end = (path: string, token: string) => client.call(path, { method: 'DELETE', token })

  const isAlive = async ({ accessToken, refreshToken }: TokenAnswer) => {
    const { status } = await client.profile(accessToken)
    const refresh = await client.refresh(refreshToken)
    expect(refresh.status).toBe(status)
    return status === 200
  }

  describe('the sessions of an account', () => {
    test('are listed in words, the last used first, and this one is marked', async () => {
      const first = await signUp('list@example.com')
      clock.advance(60)
      const second = await login('list@example.com', { userAgent: FIREFOX })
      clock.advance(60)
      await client.refresh(first.refreshToken)
      const sessions = await list(second.accessToken)
      const [used, current] = sessions
      expect(sessions).toHaveLength(3)
      expect(used).toMatchObject({ id: sessionOf(first), current: false, device: 'node' })
      expect(current).toMatchObject({
        id: sessionOf(second),
        current: true,
        device: 'Firefox on Windows',
        address: '127.0.0.1',
      })
      expect((used?.lastUsedAt ?? 0) - (used?.createdAt ?? 0)).toBe(120)
      expect((current?.expiresAt ?? 0) - (current?.createdAt ?? 0)).toBe(7 * 86_400)
    })

    test('G01 one that its owner ends is over at once, and the others go on', async () => {
      const mine = await signUp('one@example.com')
      const lost = await login('one@example.com')
      const kept = await login('one@example.com')
      const path = `/api/sessions/${sessionOf(lost)}`
      expect((await end(path, mine.accessToken)).status).toBe(204)
      expect((await end(path, mine.accessToken)).status).toBe(204)
      expect(await isAlive(lost)).toBe(false)
      expect(await isAlive(kept)).toBe(true)
      expect(await list(mine.accessToken)).toHaveLength(3)
    })

    test('G01 all others end, and then all', async () => {
      const mine = await signUp('all@example.com')
      const others = [await login('all@example.com'), await login('all@example.com')]
      expect((await end('/api/sessions?keep=current', mine.accessToken)).status).toBe(204)
      for (const other of others) expect(await isAlive(other)).toBe(false)
      expect((await end('/api/sessions', mine.accessToken)).status).toBe(204)
      expect(await isAlive(mine)).toBe(false)
    })

    test('K12 somebody else’s session is 404, like one that never was, and lives on', async () => {
      const mine = await signUp('mine@example.com')
      const theirs = await signUp('theirs@example.com')
      const [foreign, none] = await Promise.all(
        [sessionOf(theirs), 'ses_AAAAAAAAAAAAAAAAAAAAAA'].map((id) =>
          end(`/api/sessions/${id}`, mine.accessToken),
        ),
      )
      expect([foreign?.status, foreign?.body]).toEqual([404, none?.body])
      expect(await isAlive(theirs)).toBe(true)
    })

    test('an unknown query is refused and ends nothing', async () => {
      const mine = await signUp('query@example.com')
      for (const query of ['keep=all', 'keep=', 'except=current', 'keep=current&keep=current']) {
        expect((await end(`/api/sessions?${query}`, mine.accessToken)).status).toBe(400)
      }
      expect(await isAlive(mine)).toBe(true)
    })

    test('a token that a service received changes nothing, and shows only the profile', async () => {
      await signUp('service@example.com')
      const { body } = await client.login('service@example.com', PASSWORD)
      const token = body.accessToken
      expect(decode(token).claims.aud).toBe(SERVICE)
      const calls = [
        client.call('/api/sessions', { token }),
        end('/api/sessions', token),
        end(`/api/sessions/${sessionOf(body)}`, token),
        changePassword(token, PASSWORD, OTHER_PASSWORD),
      ]
      for (const { status, body: problem } of await Promise.all(calls)) {
        expect([status, problem.code]).toEqual([401, 'token_invalid'])
      }
      expect((await client.profile(token)).status).toBe(200)
    })
  })

  const changePassword = (token: string, currentPassword: string, newPassword: string) =>
    client.call('/api/password', { method: 'PUT', token, body: { currentPassword, newPassword } })

  describe('a password change', () => {
    test('G01 ends every other session, keeps this one, and the new password logs in', async () => {
      const mine = await signUp('change@example.com')
      const other = await login('change@example.com')
      const { status } = await changePassword(mine.accessToken, PASSWORD, OTHER_PASSWORD)
      expect(status).toBe(204)
      expect(await isAlive(other)).toBe(false)
      expect(await isAlive(mine)).toBe(true)
      expect((await client.login('change@example.com', PASSWORD)).status).toBe(401)
      await login('change@example.com', { password: OTHER_PASSWORD })
    })

    test('with a wrong current password or an unfit new one changes nothing', async () => {
      const mine = await signUp('wrong@example.com')
      const other = await login('wrong@example.com')
      const answers = [
        await changePassword(mine.accessToken, 'not my password', OTHER_PASSWORD),
        await changePassword(mine.accessToken, PASSWORD, 'short'),
        await changePassword(mine.accessToken, PASSWORD, 'wrong@example.com'),
      ]
      expect(answers.map(({ status, body: { code, pointer } }) => [status, code, pointer])).toEqual(
        [
          [403, 'password_wrong', '/currentPassword'],
          [400, 'password_unacceptable', '/newPassword'],
          [400, 'password_unacceptable', '/newPassword'],
        ],
      )
      expect(await isAlive(other)).toBe(true)
      expect((await client.login('wrong@example.com', PASSWORD)).status).toBe(200)
    })

    test('of several at once exactly one is carried out', async () => {
      const mine = await signUp('several@example.com')
      const passwords = [1, 2, 3, 4].map((number) => `${OTHER_PASSWORD} ${number}`)
      const answers = await Promise.all(
        passwords.map((password) => changePassword(mine.accessToken, PASSWORD, password)),
      )
      const statuses = answers.map(({ status }) => status)
      expect([...statuses].sort()).toEqual([204, 403, 403, 403])
      const password = passwords[statuses.indexOf(204)] ?? ''
      await login('several@example.com', { password })
    })
  })
})

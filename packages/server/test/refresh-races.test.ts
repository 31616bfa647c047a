import { setTimeout as sleep } from 'node:timers/promises'
import {
  databases,
  FakeClock,
  type StartedAuthority,
  startAuthority,
  type TokenAnswer,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { describe, expect, test } from 'vitest'
import { createSecretText } from '../src/config/secrets.ts'

const PASSWORD = 'correct horse battery'
const DAY = 86_400

type Refreshed = Awaited<ReturnType<StartedAuthority['client']['refresh']>>

function claimsOf(token: string) {
  return decode(token).claims
}

async function signUp({ client }: StartedAuthority, name = 'ada'): Promise<TokenAnswer> {
  const { status, body } = await client.signup(`${name}@example.com`, PASSWORD)
  expect(status).toBe(201)
  return body
}

async function refreshOk({ client }: StartedAuthority, refreshToken: string): Promise<TokenAnswer> {
  const { status, body } = await client.refresh(refreshToken)
  expect([status, body.code]).toEqual([200, undefined])
  return body
}

/** What both halves of a pair of tokens get now. */
async function fateOf({ client }: StartedAuthority, pair: TokenAnswer) {
  const { status, body } = await client.refresh(pair.refreshToken)
  const profile = await client.profile(pair.accessToken)
  return { refresh: [status, body.code], access: [profile.status, profile.body['code']] }
}

const ENDED = { refresh: [401, 'session_ended'], access: [401, 'token_revoked'] }

function eventsOf({ logged }: StartedAuthority, type: string) {
  return logged.map((line) => JSON.parse(line).event).filter((event) => event?.type === type)
}

async function revokedIds({ client }: StartedAuthority): Promise<string[]> {
  const { body } = await client.call<{ entries: { id: string }[] }>('/revocations')
  return body.entries.map(({ id }) => id)
}

describe.each(databases)('on $name', ({ open }) => {
  async function start(clock?: FakeClock) {
    const database = await open()
    const authority = await startAuthority({
      settings: database.settings,
      ...(clock === undefined ? {} : { clock }),
    })
    return {
      authority,
      database,
      async [Symbol.asyncDispose]() {
        await authority[Symbol.asyncDispose]()
        await database[Symbol.asyncDispose]()
      },
    }
  }

  describe('parallel refreshes', () => {
    test('G06 64 at once of one token get one and the same successor, generation after generation', async () => {
      await using opened = await start()
      const { authority } = opened
      let { refreshToken } = await signUp(authority)
      for (let generation = 0; generation < 3; generation++) {
        const answers = await Promise.all(
          Array.from({ length: 64 }, () => authority.client.refresh(refreshToken)),
        )
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
        const successors = new Set(answers.map(({ body }) => body.refreshToken))
        expect(successors.size).toBe(1)
        expect(successors.has(refreshToken)).toBe(false)
        const tokens = answers.map(({ body }) => JSON.stringify(claimsOf(body.accessToken)))
        expect(new Set(tokens).size).toBe(1)
        refreshToken = [...successors][0] ?? ''
      }
      const [row] = await opened.database.query('select generation from sessions')
      expect(row).toEqual({ generation: 4 })
    })

    test('G06 a repeat within the grace gets the same tokens again, byte for byte and claim for claim', async () => {
      const clock = new FakeClock()
      await using opened = await start(clock)
      const { authority } = opened
      const first = await signUp(authority)
      const second = await refreshOk(authority, first.refreshToken)
      clock.advance(10)
      const repeat = await refreshOk(authority, first.refreshToken)
      expect(repeat.refreshToken).toBe(second.refreshToken)
      expect(claimsOf(repeat.accessToken)).toEqual(claimsOf(second.accessToken))
      expect(repeat.expiresIn).toBe(second.expiresIn - 10)
      expect(repeat.refreshExpiresIn).toBe(second.refreshExpiresIn - 10)
    })
  })

  describe('a refresh token that comes late or again', () => {
    test('G05 the parent after the grace is repaired; the successor it skipped is void and ends the session', async () => {
      const clock = new FakeClock()
      await using opened = await start(clock)
      const { authority } = opened
      const first = await signUp(authority)
      const lost = await refreshOk(authority, first.refreshToken)
      clock.advance(11)
      const repaired = await refreshOk(authority, first.refreshToken)
      expect(repaired.refreshToken).not.toBe(lost.refreshToken)
      expect(eventsOf(authority, 'session_repaired')).toHaveLength(1)

      const replay = await authority.client.refresh(lost.refreshToken)
      expect([replay.status, replay.body.code]).toEqual([401, 'refresh_reused'])
      expect(await fateOf(authority, repaired)).toEqual(ENDED)
      expect((await authority.client.profile(lost.accessToken)).status).toBe(401)
      expect(eventsOf(authority, 'refresh_reused')).toHaveLength(1)
      expect(await revokedIds(authority)).toEqual([claimsOf(first.accessToken)['sid']])
    })

    test('a client whose answers are lost again and again, early and late, is never logged out', async () => {
      const clock = new FakeClock()
      await using opened = await start(clock)
      const { authority } = opened
      const { refreshToken } = await signUp(authority)
      for (const waitSeconds of [1, 9, 3_600, 11, 2 * DAY, 5, 6 * DAY, 12]) {
        clock.advance(waitSeconds)
        await refreshOk(authority, refreshToken)
      }
      const last = await refreshOk(authority, refreshToken)
      await refreshOk(authority, last.refreshToken)
      expect(await revokedIds(authority)).toEqual([])
    })

    test('G07 a grandparent ends the session even inside the grace; every token of it is dead', async () => {
      await using opened = await start()
      const { authority } = opened
      const first = await signUp(authority)
      const second = await refreshOk(authority, first.refreshToken)
      const third = await refreshOk(authority, second.refreshToken)
      const replay = await authority.client.refresh(first.refreshToken)
      expect([replay.status, replay.body.code]).toEqual([401, 'refresh_reused'])
      for (const pair of [first, second, third])
        expect(await fateOf(authority, pair)).toEqual(ENDED)
      expect(await revokedIds(authority)).toEqual([claimsOf(first.accessToken)['sid']])
    })

    test('G05 two holders of one session are both out within two rounds', async () => {
      const clock = new FakeClock()
      await using opened = await start(clock)
      const { authority } = opened
      const stolen = await signUp(authority)
      let [owner, thief] = [stolen, stolen]
      let caught: Refreshed | undefined
      for (let round = 0; round < 2 && caught === undefined; round++) {
        for (const who of ['owner', 'thief'] as const) {
          clock.advance(60)
          const held = who === 'owner' ? owner : thief
          const answer = await authority.client.refresh(held.refreshToken)
          if (answer.status !== 200) {
            caught ??= answer
            continue
          }
          if (who === 'owner') owner = answer.body
          else thief = answer.body
        }
      }
      expect(caught?.body.code).toBe('refresh_reused')
      for (const pair of [owner, thief]) expect(await fateOf(authority, pair)).toEqual(ENDED)
    })

    test('reuse of one session leaves the other sessions of the account alone', async () => {
      await using opened = await start()
      const { authority } = opened
      const one = await signUp(authority)
      const { body: other } = await authority.client.login('ada@example.com', PASSWORD)
      const second = await refreshOk(authority, one.refreshToken)
      await refreshOk(authority, second.refreshToken)
      expect((await authority.client.refresh(one.refreshToken)).status).toBe(401)
      expect(await fateOf(authority, other)).toEqual({
        refresh: [200, undefined],
        access: [200, undefined],
      })
    })
  })

  describe('a refresh against a logout', () => {
    const ROUNDS = 40

    test(`G04 of ${ROUNDS} at the same moment none leaves anything that goes on`, async () => {
      await using opened = await start()
      const { authority } = opened
      const { client } = authority
      await signUp(authority)
      let [wonByRefresh, wonByLogout] = [0, 0]
      for (let batch = 0; batch < ROUNDS / 8; batch++) {
        const logins = await Promise.all(
          Array.from({ length: 8 }, () => client.login('ada@example.com', PASSWORD)),
        )
        for (const [index, { body: pair }] of logins.entries()) {
          // Every second round the session already has a parent, so repeats race as well.
          const held = index % 2 === 0 ? pair : await refreshOk(authority, pair.refreshToken)
          // A logout has no body and overtakes: it is sent later and later, by up to 7 ms.
          const logout = sleep(index).then(() => client.logout(pair.accessToken))
          const refreshes = [held, pair, held].map((one) => client.refresh(one.refreshToken))
          const answers = await Promise.all([...refreshes, logout])

          expect(answers.map(({ status }) => status)).toContain(204)
          const successors = answers.filter(({ status }) => status === 200) as Refreshed[]
          if (successors.length > 0) wonByRefresh += 1
          if (successors.length < refreshes.length) wonByLogout += 1
          const survivors = [held, ...successors.map(({ body }) => body)]
          const distinct = new Map(survivors.map((survivor) => [survivor.refreshToken, survivor]))
          for (const survivor of distinct.values()) {
            expect(await fateOf(authority, survivor)).toEqual(ENDED)
          }
        }
      }
      // Both happened, otherwise nothing raced.
      expect(wonByRefresh).toBeGreaterThan(0)
      expect(wonByLogout).toBeGreaterThan(0)
      expect(await revokedIds(authority)).toHaveLength(ROUNDS)
    }, 120_000)

    test('G04 the log entry outlives every token the race let out', async () => {
      await using opened = await start()
      const { authority } = opened
      const pair = await signUp(authority)
      const [refresh] = await Promise.all([
        authority.client.refresh(pair.refreshToken),
        authority.client.logout(pair.accessToken),
      ])
      const newest = refresh.status === 200 ? refresh.body : pair
      const { body } = await authority.client.call<{ entries: { expiresAt: number }[] }>(
        '/revocations',
      )
      expect(body.entries[0]?.expiresAt).toBeGreaterThanOrEqual(
        Number(claimsOf(newest.accessToken).exp) + 60,
      )
    })
  })

  describe('the limits of a session', () => {
    test('G12 a session unused for the idle time is over, to the second', async () => {
      const clock = new FakeClock()
      await using opened = await start(clock)
      const { authority } = opened
      const [one, two] = [await signUp(authority, 'one'), await signUp(authority, 'two')]
      clock.advance(7 * DAY - 1)
      expect((await authority.client.refresh(one.refreshToken)).status).toBe(200)
      clock.advance(1)
      const late = await authority.client.refresh(two.refreshToken)
      expect([late.status, late.body.code]).toEqual([401, 'session_ended'])
    })

    test('G12 endless refreshing does not extend a session beyond its absolute limit', async () => {
      const clock = new FakeClock()
      await using opened = await start(clock)
      const { authority } = opened
      let pair = await signUp(authority)
      const openedAt = Number(claimsOf(pair.accessToken)['auth_time'])
      for (let day = 5; day < 30; day += 5) {
        clock.advance(5 * DAY)
        pair = await refreshOk(authority, pair.refreshToken)
        expect(pair.refreshExpiresIn).toBe(Math.min(7, 30 - day) * DAY)
      }
      clock.advance(5 * DAY - 60)
      pair = await refreshOk(authority, pair.refreshToken)
      expect([pair.refreshExpiresIn, pair.expiresIn]).toEqual([60, 60])
      expect(claimsOf(pair.accessToken).exp).toBe(openedAt + 30 * DAY)
      clock.advance(60)
      const late = await authority.client.refresh(pair.refreshToken)
      expect([late.status, late.body.code]).toEqual([401, 'session_ended'])
    })

    test('an expired access token is refused as expired, and still ends its session', async () => {
      const clock = new FakeClock()
      await using opened = await start(clock)
      const { authority } = opened
      const pair = await signUp(authority)
      clock.advance(900 + 11)
      const late = await authority.client.profile(pair.accessToken)
      expect([late.status, late.body['code']]).toEqual([401, 'token_expired'])
      const forged = `${pair.accessToken.slice(0, -6)}AAAAAA`
      expect((await authority.client.logout(forged)).status).toBe(401)
      expect((await authority.client.logout(pair.accessToken)).status).toBe(204)
      const refresh = await authority.client.refresh(pair.refreshToken)
      expect([refresh.status, refresh.body.code]).toEqual([401, 'session_ended'])
    })

    test('a token issued by a clock far ahead of the machine can be logged out', async () => {
      const clock = new FakeClock(Date.now() + 400 * DAY * 1000)
      await using opened = await start(clock)
      const { authority } = opened
      const pair = await signUp(authority)
      expect((await authority.client.logout(pair.accessToken)).status).toBe(204)
    })
  })

  describe('a database or a secret that is not the one the token was made with', () => {
    test('a refresh token newer than its row is 503 and an alarm, never reuse', async () => {
      await using opened = await start()
      const { authority } = opened
      const first = await signUp(authority)
      const { rotated_at: at } =
        (await opened.database.query('select rotated_at from sessions'))[0] ?? {}
      const second = await refreshOk(authority, first.refreshToken)
      const third = await refreshOk(authority, second.refreshToken)
      await opened.database.query(
        `update sessions set generation = 1, parent = null, rotated_at = ${at} returning id`,
      )

      for (const { refreshToken } of [second, third]) {
        const answer = await authority.client.refresh(refreshToken)
        expect([answer.status, answer.body.code]).toEqual([503, 'database_behind'])
        expect(answer.headers.get('retry-after')).toBe('60')
      }
      const alarms = authority.logged
        .map((line) => JSON.parse(line))
        .filter(({ level }) => level === 60)
      expect(alarms.map(({ event }) => event)).toEqual([
        { type: 'database_behind', id: claimsOf(first.accessToken)['sid'] },
        { type: 'database_behind', id: claimsOf(first.accessToken)['sid'] },
      ])
      expect(await revokedIds(authority)).toEqual([])
      const [row] = await opened.database.query('select generation, ended_at from sessions')
      expect(row).toEqual({ generation: 1, ended_at: null })
    })

    test('a master secret is rolled over A, A+B, B+A, B, and a client that refreshes never notices', async () => {
      await using opened = await start()
      const { authority } = opened
      const a = opened.database.settings.SIGNET_SECRET
      const b = createSecretText()
      let pair = await signUp(authority)
      const sleeper = await signUp(authority, 'sleeper')
      const keys = await authority.client.call('/.well-known/jwks.json')

      for (const secrets of [a, `${a},${b}`, `${b},${a}`, b]) {
        await authority.restart({ SIGNET_SECRET: secrets })
        const next = await refreshOk(authority, pair.refreshToken)
        const repeat = await refreshOk(authority, pair.refreshToken)
        expect(repeat.refreshToken).toBe(next.refreshToken)
        expect((await authority.client.profile(pair.accessToken)).status).toBe(200)
        pair = next
      }
      expect((await authority.client.call('/.well-known/jwks.json')).body).toEqual(keys.body)

      // Whoever did not refresh during the roll-out waits until the old secret is listed again.
      const early = await authority.client.refresh(sleeper.refreshToken)
      expect([early.status, early.body.code]).toEqual([503, 'secret_unknown'])
      expect(early.headers.get('retry-after')).toBe('30')
      const logout = await authority.client.call('/logout', {
        body: { refreshToken: sleeper.refreshToken },
      })
      expect(logout.status).toBe(503)
      await authority.restart({ SIGNET_SECRET: `${b},${a}` })
      await refreshOk(authority, sleeper.refreshToken)
      expect(await revokedIds(authority)).toEqual([])
    })
  })

  describe('a refresh token that was not made here', () => {
    test('no change to a token is accepted, and none of them ends the session', async () => {
      await using opened = await start()
      const { authority } = opened
      const { refreshToken } = await signUp(authority)
      const bytes = Buffer.from(refreshToken.slice(3), 'base64url')
      const flip = (index: number) => {
        const copy = Buffer.from(bytes)
        copy.writeUInt8(copy.readUInt8(index) ^ 1, index)
        return `rt_${copy.toString('base64url')}`
      }
      // Session id, generation up, generation down, MAC first and last byte.
      for (const forged of [flip(0), flip(19), flip(16), flip(24), flip(55)]) {
        const answer = await authority.client.refresh(forged)
        expect([answer.status, answer.body.code]).toEqual([401, 'refresh_invalid'])
      }
      await refreshOk(authority, refreshToken)
    })

    test('G08 a token of another client is refused and not used up', async () => {
      await using opened = await start()
      const { authority } = opened
      const { refreshToken } = await signUp(authority)
      await opened.database.query("update sessions set client_id = 'other' returning id")
      const answer = await authority.client.refresh(refreshToken)
      expect([answer.status, answer.body.code]).toEqual([401, 'refresh_invalid'])
      await opened.database.query("update sessions set client_id = 'signet' returning id")
      await refreshOk(authority, refreshToken)
    })

    test('a token copied to another session of the same account is refused', async () => {
      await using opened = await start()
      const { authority } = opened
      const one = await signUp(authority)
      const { body: two } = await authority.client.login('ada@example.com', PASSWORD)
      const [first, second] = [one, two].map(({ refreshToken }) =>
        Buffer.from(refreshToken.slice(3), 'base64url'),
      )
      const mixed = Buffer.concat([
        second?.subarray(0, 24) ?? '',
        first?.subarray(24) ?? '',
      ] as Buffer[])
      const answer = await authority.client.refresh(`rt_${mixed.toString('base64url')}`)
      expect([answer.status, answer.body.code]).toEqual([401, 'refresh_invalid'])
    })
  })

  describe('a session that somebody prepared', () => {
    const CHOSEN = 'ses_AAAAAAAAAAAAAAAAAAAAAA'

    test('G11 nothing that a client sends along before the login names the session after it', async () => {
      await using opened = await start()
      const { authority } = opened
      const attacker = await signUp(authority, 'attacker')
      await signUp(authority)
      const answers = []
      for (const headers of [
        { cookie: `session=${CHOSEN}; sid=${CHOSEN}; refreshToken=${attacker.refreshToken}` },
        { authorization: `Bearer ${attacker.accessToken}` },
        { 'x-session-id': CHOSEN },
      ] as Record<string, string>[]) {
        const body = { email: 'ada@example.com', password: PASSWORD }
        answers.push(await authority.client.call<TokenAnswer>('/login', { body, headers }))
      }
      const ids = answers.map(({ status, body }) => {
        expect(status).toBe(200)
        return claimsOf(body.accessToken)['sid']
      })
      expect(new Set(ids).size).toBe(answers.length)
      expect(ids).not.toContain(CHOSEN)
      expect(ids).not.toContain(claimsOf(attacker.accessToken)['sid'])
    })

    test('G11 a body that names a session is refused, and a new login leaves the old session its own', async () => {
      await using opened = await start()
      const { authority } = opened
      const before = await signUp(authority)
      const named = { email: 'ada@example.com', password: PASSWORD, sid: CHOSEN }
      expect((await authority.client.call('/login', { body: named })).status).toBe(400)
      const { body: after } = await authority.client.login('ada@example.com', PASSWORD)
      expect(claimsOf(after.accessToken)['sid']).not.toBe(claimsOf(before.accessToken)['sid'])
      // The token of before stays with the session of before.
      const next = await refreshOk(authority, before.refreshToken)
      expect(claimsOf(next.accessToken)['sid']).toBe(claimsOf(before.accessToken)['sid'])
    })
  })
})

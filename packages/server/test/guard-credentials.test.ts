// A service that is a client: what its guard does with a closed feed and with introspection.
import { createGuard, GuardError, type GuardOptions } from '@signet/guard'
import { paths } from '@signet/guard/protocol'
import {
  databases,
  type StartedAuthority,
  startAuthority,
  type TestDatabase,
  type TokenAnswer,
  waitUntil,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CallAdmin, type ClientAnswer, openAdministration } from './oauth-client.ts'

const PASSWORD = 'correct horse battery'
const ORDERS = 'https://orders.example.com'

describe.each(databases)('a service that is a client on $name', ({ open }) => {
  let database: TestDatabase
  let authority: StartedAuthority
  let admin: CallAdmin

  beforeAll(async () => {
    database = await open()
    const settings = {
      ...database.settings,
      SIGNET_FEED_ACCESS: 'clients',
      SIGNET_AUDIENCE: ORDERS,
    }
    authority = await startAuthority({ settings })
    admin = await openAdministration(authority, database)
  })

  afterAll(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  async function createClient(rights: string[]) {
    const body = { name: 'orders', scopes: [], audiences: [], rights }
    const { id, secret } = (await admin<ClientAnswer>('/admin/clients', { method: 'POST', body }))
      .body
    return { clientId: id, clientSecret: secret }
  }

  function openGuard(options: Partial<GuardOptions>) {
    const guard = createGuard({
      issuer: authority.config.issuer,
      audience: ORDERS,
      ...options,
    })
    return { guard, [Symbol.dispose]: () => guard.close() }
  }

  const login = async (email: string) => {
    await authority.client.signup(email, PASSWORD)
    const body = { email, password: PASSWORD, audience: ORDERS }
    return (await authority.client.call<TokenAnswer>('/login', { body })).body.accessToken
  }

  test('follows the closed feed, and says what is wrong when it may not', async () => {
    const follower = await createClient(['feed'])
    const other = await createClient(['introspect'])
    for (const [credentials, code] of [
      [follower, 'ready'],
      [null, 'feed_credentials_missing'],
      [{ ...follower, clientSecret: other.clientSecret }, 'feed_credentials_refused'],
      [other, 'feed_credentials_refused'],
    ] as const) {
      using open = openGuard({ credentials })
      expect(await codeOf(open.guard.ready())).toBe(code === 'ready' ? 'done' : code)
    }
    using open = openGuard({ credentials: follower })
    await open.guard.ready()
    const token = await login('ada@example.com')
    expect(await codeOf(open.guard.verify(token))).toBe('done')
    expect((await authority.client.logout(token)).status).toBe(204)
    await waitUntil('the service knows', async () => {
      return (await codeOf(open.guard.verify(token))) === 'token_revoked'
    })
  })

  test('G09 asks about single tokens while it cannot hear the feed', async () => {
    const credentials = await createClient(['feed', 'introspect'])
    let isDeaf = false
    let aheadMs = 0
    using open = openGuard({
      credentials,
      maxStalenessSeconds: 3,
      now: () => Date.now() + aheadMs,
      // The authority is there; only its stream no longer comes through.
      fetch: async (input, init) => {
        if (isDeaf && String(input).endsWith(paths.revocationStream)) throw new Error('cut off')
        return fetch(input, init)
      },
    })
    const route = open.guard.route({ onStale: 'introspect' })
    await open.guard.ready()
    const [ended, alive] = [await login('bo@example.com'), await login('cy@example.com')]
    const identity = await open.guard.verify(ended, route)
    const told: string[] = []
    identity.onRevoked((end) => told.push(end))

    isDeaf = true
    // A clock that jumps makes the guard open its stream anew.
    aheadMs = 8_000
    await waitUntil('the feed is lost', () => !open.guard.health().issuers[0]?.connected)
    expect((await authority.client.logout(ended)).status).toBe(204)
    expect(await codeOf(open.guard.verify(ended))).toBe('done')
    // Asked for the open connection a moment before, it may count as active for a second.
    await waitUntil('the authority is asked', async () => {
      return (await codeOf(open.guard.verify(ended, route))) === 'token_revoked'
    })
    expect(await codeOf(open.guard.verify(alive, route))).toBe('done')
    await waitUntil('the open connection is told', () => told.length > 0)
    expect(told).toEqual(['token_revoked'])

    await authority.stop()
    aheadMs += 2_000
    expect(await codeOf(open.guard.verify(alive, route))).toBe('revocation_stale')
    expect(await codeOf(open.guard.verify(alive))).toBe('done')

    isDeaf = false
    await authority.start()
    await waitUntil('the feed is heard again', () => open.guard.health().status === 'fresh')
    expect(await codeOf(open.guard.verify(ended))).toBe('token_revoked')
    expect(await codeOf(open.guard.verify(alive, route))).toBe('done')
  })

  test('says at the start that it may not introspect', async () => {
    using open = openGuard({ credentials: await createClient(['feed']), onStale: 'introspect' })
    expect(await codeOf(open.guard.ready())).toBe('introspection_refused')
  })
})

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'done'
  } catch (error) {
    if (error instanceof GuardError) return error.code
    throw error
  }
}

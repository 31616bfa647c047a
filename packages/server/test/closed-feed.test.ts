import type { FeedPage } from '@signet/guard/protocol'
import {
  databases,
  followFeed,
  type StartedAuthority,
  startAuthority,
  type TestDatabase,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAudit } from '../src/audit/audit.ts'
import { OPERATOR } from '../src/audit/audit-entry.ts'
import type { ClientRight } from '../src/clients/client.ts'
import { type Clients, createClients } from '../src/clients/clients.ts'
import { systemClock } from '../src/clock.ts'
import { openSecrets } from '../src/config/open-secrets.ts'
import { createEvents } from '../src/events.ts'
import { Metrics } from '../src/metrics.ts'
import { createRevocations } from '../src/revocation/revocations.ts'
import { openTestDatabase } from './open-test-database.ts'

const PASSWORD = 'correct horse battery'

describe.each(databases)('a feed for clients on $name', ({ open }) => {
  let database: TestDatabase
  let authority: StartedAuthority

  beforeAll(async () => {
    database = await open()
    authority = await startAuthority({
      settings: { ...database.settings, SIGNET_FEED_ACCESS: 'clients' },
    })
  })

  afterAll(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  /** Beside the authority, as an operator with the database at hand does it. */
  async function administer<T>(work: (clients: Clients) => Promise<T>): Promise<T> {
    const clock = systemClock
    const beside = await openTestDatabase(database, clock)
    try {
      const audit = createAudit({ database: beside, secrets: openSecrets(authority.config), clock })
      const logger = pino({ level: 'silent' })
      const events = createEvents({ logger, audit, counter: new Metrics() })
      const revocations = createRevocations({ database: beside, clock })
      const audiences = authority.config.audiences
      return await work(createClients({ database: beside, revocations, audiences, clock, events }))
    } finally {
      await beside.close()
    }
  }

  async function createClient(rights: ClientRight[]) {
    const terms = { name: 'orders', scopes: [], audiences: [], rights }
    const { client, secret } = await administer((clients) => clients.create(terms, OPERATOR))
    return { id: client.id, secret, authorization: basic(client.id, secret) }
  }

  const statusOf = async (path: string, authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const { status, body, headers: answered } = await authority.client.call(path, { headers })
    return [status, body['code'], answered.get('www-authenticate')?.split(' ')[0]]
  }

  test('J10 shows nothing to who has no client, a wrong secret, or not the right to follow', async () => {
    const follower = await createClient(['feed'])
    const other = await createClient(['introspect'])
    for (const path of ['/revocations', '/revocations/stream']) {
      expect(await statusOf(path)).toEqual([401, 'client_invalid', 'Basic'])
      for (const wrong of [
        basic(follower.id, other.secret),
        basic(follower.id, ''),
        basic('cli_nobody', follower.secret),
        `Bearer ${follower.secret}`,
      ]) {
        expect(await statusOf(path, wrong)).toEqual([401, 'client_invalid', 'Basic'])
      }
      expect(await statusOf(path, other.authorization)).toEqual([
        403,
        'client_not_allowed',
        undefined,
      ])
    }
    const inAddress = `/revocations?client_id=${follower.id}&client_secret=${follower.secret}`
    expect((await statusOf(inAddress))[0]).toBe(400)
    expect(authority.logged.join()).not.toContain(follower.secret)
  })

  test('gives a client with the right to all that an open one gives', async () => {
    const { authorization } = await createClient(['feed'])
    await using feed = await followFeed(authority.url, { authorization })
    expect(feed.status).toBe(200)
    await feed.first('a pulse comes', ({ event }) => event === 'pulse')
    const { body } = await authority.client.signup('ada@example.com', PASSWORD)
    await authority.client.logout(body.accessToken)
    const { sid } = decode(body.accessToken).claims
    await feed.first('the logout is told', ({ data }) =>
      Boolean(data.entries?.some(({ id }) => id === sid)),
    )
    const page = await authority.client.call<FeedPage>('/revocations', {
      headers: { authorization },
    })
    expect(page.body.entries.map(({ id }) => id)).toContain(sid)
    const { body: metadata } = await authority.client.call('/.well-known/openid-configuration')
    expect(metadata['revocation_feed_access']).toBe('clients')
  })

  test('is ended for a client whose right is taken away', async () => {
    const one = await createClient(['feed', 'introspect'])
    await using feed = await followFeed(authority.url, one)
    await feed.first('a pulse comes', ({ event }) => event === 'pulse')
    await administer((clients) => clients.change(one.id, { rights: ['introspect'] }, OPERATOR))
    await feed.ended
    const [status] = await statusOf('/revocations/stream', one.authorization)
    expect(status).toBe(403)
  })

  test('is ended for a client that is disabled, and for no other', async () => {
    const [one, other] = [await createClient(['feed']), await createClient(['feed'])]
    await using feed = await followFeed(authority.url, one)
    await using otherFeed = await followFeed(authority.url, other)
    await feed.first('a pulse comes', ({ event }) => event === 'pulse')
    await otherFeed.first('a pulse comes', ({ event }) => event === 'pulse')
    await administer((clients) => clients.disable(one.id, OPERATOR))
    await feed.ended
    expect(await statusOf('/revocations/stream', one.authorization)).toEqual([
      401,
      'client_invalid',
      'Basic',
    ])
    const told = await otherFeed.first('the other one is told', ({ data }) =>
      Boolean(data.entries?.some(({ id }) => id === one.id)),
    )
    // Enabled again it follows on, though the log still says that it was revoked.
    await administer((clients) => clients.enable(one.id, OPERATOR))
    await using again = await followFeed(authority.url, one)
    const seen = await again.first('it is told too', ({ data }) =>
      Boolean(data.entries?.some(({ id }) => id === one.id)),
    )
    expect(sequenceOf(seen.id)).toBeGreaterThanOrEqual(sequenceOf(told.id))
    await again.first('and goes on', ({ event }) => event === 'pulse')
    await otherFeed.first(
      'as the other',
      ({ event, data }) => event === 'pulse' && data.head === told.id,
    )
  })
})

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

function sequenceOf(cursor: string | undefined): number {
  return Number(cursor?.split('.')[1])
}

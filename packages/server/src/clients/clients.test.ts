import { databases, FakeClock, type TestDatabase } from '@signet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { type AuditEntry, OPERATOR } from '../audit/audit-entry.ts'
import type { Database } from '../db/database.ts'
import { createRevocations, type Revocations } from '../revocation/revocations.ts'
import type { ClientTerms } from './client.ts'
import { type Clients, createClients } from './clients.ts'

const NOW = 1_700_000_000
const by = OPERATOR
const NOBODY = `cli_${'A'.repeat(22)}`
const TERMS: ClientTerms = {
  name: 'billing',
  scopes: ['orders:read', 'orders:write'],
  audiences: ['https://orders.example.com'],
  rights: ['feed'],
}

describe.each(databases)('on $name', ({ open }) => {
  let testDatabase: TestDatabase
  let database: Database
  let revocations: Revocations
  let clients: Clients
  let clock: FakeClock
  let recorded: AuditEntry[]
  let cursor: string

  beforeAll(async () => {
    testDatabase = await open()
    database = await openTestDatabase(testDatabase, new FakeClock(NOW * 1000))
  })

  afterAll(async () => {
    await database.close()
    await testDatabase[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    clock = new FakeClock(NOW * 1000)
    revocations = createRevocations({ database, clock })
    await revocations.open()
    cursor = (await revocations.pageAfter('')).cursor
    recorded = []
    const events = {
      emit: () => {},
      record: async (_tx: Database, entries: readonly AuditEntry[]) => {
        recorded.push(...entries)
      },
    }
    const audiences = ['https://orders.example.com', 'https://pay.example.com']
    clients = createClients({ database, revocations, audiences, clock, events })
  })

  const create = (terms: Partial<ClientTerms> = {}) => clients.create({ ...TERMS, ...terms }, by)
  const isKnown = async (id: string, secret: string) =>
    (await clients.authenticate({ id, secret })) !== null
  const logged = async () => (await revocations.pageAfter(cursor)).entries
  const types = () => recorded.map(({ type }) => type)
  const entryOf = (id: string) => ({
    kind: 'client',
    id,
    before: NOW + 2,
    expiresAt: NOW + 2 + 3_600 + 60,
  })

  describe('clients', () => {
    test('a new client has what it was given, and a secret that nobody can read again', async () => {
      const { client, secret } = await create()
      expect(client.id).toMatch(/^cli_[\w-]{22}$/)
      expect(secret).toMatch(/^cs_[\w-]{43}$/)
      expect(await clients.get(client.id)).toEqual({
        ...TERMS,
        id: client.id,
        secretChangedAt: NOW,
        hasFormerSecret: false,
        revokedBefore: null,
        disabledAt: null,
        createdAt: NOW,
      })
      const [row] = await testDatabase.query(`select * from clients where id = '${client.id}'`)
      expect(JSON.stringify(row)).not.toContain(secret)
      expect(recorded).toMatchObject([
        {
          type: 'client_created',
          actor: 'operator',
          detail: { client: client.id, rights: 'feed' },
        },
      ])
      expect(JSON.stringify(recorded)).not.toContain(secret)
    })

    test('is known by its secret and by nothing else', async () => {
      const { client, secret } = await create()
      const { id } = client
      expect(await clients.authenticate({ id, secret })).toEqual({ client, readAt: NOW })
      const other = await create()
      const wrong = ['', ' ', `${secret} `, secret.slice(0, -1), other.secret, secret.toLowerCase()]
      for (const one of wrong) expect(await isKnown(id, one), one).toBe(false)
      for (const one of [NOBODY, '', 'cli_', id.slice(4), `${id}\0`, `${id}'--`]) {
        expect(await isKnown(one, secret), one).toBe(false)
      }
      // What stands in for a client that is not there has no secret either.
      expect(await isKnown(NOBODY, '')).toBe(false)
    })

    test('J10 a disabled client is not known until it is enabled', async () => {
      const { client, secret } = await create()
      await clients.disable(client.id, by)
      expect(await isKnown(client.id, secret)).toBe(false)
      await clients.enable(client.id, by)
      expect(await isKnown(client.id, secret)).toBe(true)
      expect(types()).toEqual(['client_created', 'client_disabled', 'client_enabled'])
    })

    test('two secrets work at a time, the newest and the one before', async () => {
      const { client, secret: first } = await create()
      const { id } = client
      const second = await clients.renewSecret(id, { former: 'keep' }, by)
      expect(second.client.hasFormerSecret).toBe(true)
      expect([await isKnown(id, first), await isKnown(id, second.secret)]).toEqual([true, true])
      const third = await clients.renewSecret(id, { former: 'keep' }, by)
      expect([await isKnown(id, first), await isKnown(id, second.secret)]).toEqual([false, true])
      expect(await logged()).toEqual([])
      const after = await clients.dropFormerSecret(id, by)
      expect(after.hasFormerSecret).toBe(false)
      expect([await isKnown(id, second.secret), await isKnown(id, third.secret)]).toEqual([
        false,
        true,
      ])
    })

    test('a renewal that revokes leaves the new secret alone, and its tokens die', async () => {
      const { client, secret } = await create()
      const renewed = await clients.renewSecret(client.id, { former: 'revoke' }, by)
      expect(await isKnown(client.id, secret)).toBe(false)
      expect(await isKnown(client.id, renewed.secret)).toBe(true)
      expect(renewed.client.revokedBefore).toBe(NOW + 2)
      expect(await logged()).toEqual([entryOf(client.id)])
    })

    test('G01 its tokens die when it is disabled, deleted, or they are revoked', async () => {
      const ends = {
        client_disabled: (id: string) => clients.disable(id, by),
        client_deleted: (id: string) => clients.remove(id, by),
        client_tokens_revoked: (id: string) => clients.revokeTokens(id, by),
      }
      for (const [type, end] of Object.entries(ends)) {
        const { client } = await create()
        await end(client.id)
        expect((await logged()).at(-1), type).toEqual(entryOf(client.id))
        expect(recorded.at(-1)).toMatchObject({ type, detail: { client: client.id } })
      }
    })

    test('G01 its tokens die when a scope, an audience or the feed is taken away, and only then', async () => {
      const { client } = await create()
      const { id } = client
      await clients.change(id, { name: 'accounts', rights: ['feed', 'introspect'] }, by)
      await clients.change(id, { scopes: [...TERMS.scopes, 'more'] }, by)
      await clients.change(id, { audiences: [...TERMS.audiences, 'https://pay.example.com'] }, by)
      expect(await logged()).toEqual([])
      await clients.change(id, { scopes: ['orders:read'] }, by)
      expect(await logged()).toEqual([entryOf(id)])
      const { name, scopes, rights } = await clients.change(id, { audiences: [] }, by)
      expect({ name, scopes, rights }).toEqual({
        name: 'accounts',
        scopes: ['orders:read'],
        rights: ['feed', 'introspect'],
      })
      expect(await logged()).toEqual([entryOf(id), entryOf(id)])
      await clients.change(id, { rights: ['feed'] }, by)
      expect(await logged()).toHaveLength(2)
      await clients.change(id, { rights: ['introspect'] }, by)
      expect(await logged()).toHaveLength(3)
    })

    test('G01 an end whose commit took long is made good before it is answered', async () => {
      const { client } = await create()
      let isSlow = true
      // The log's head is waited for while another transaction holds it.
      const slow: Revocations = {
        ...revocations,
        async record(tx, entries) {
          await revocations.record(tx, entries)
          if (isSlow) clock.advance(7)
          isSlow = false
        },
      }
      const events = { emit: () => {}, record: async () => {} }
      const late = createClients({ database, revocations: slow, audiences: [], clock, events })
      await late.disable(client.id, by)
      expect((await logged()).map(({ before }) => before)).toEqual([NOW + 2, NOW + 9])
      expect((await clients.get(client.id)).revokedBefore).toBe(NOW + 9)
    })

    test('one that was deleted is gone', async () => {
      const { client, secret } = await create()
      await clients.remove(client.id, by)
      expect(await isKnown(client.id, secret)).toBe(false)
      await expect(clients.get(client.id)).rejects.toMatchObject({ code: 'not_found' })
    })

    test.each([
      ['a name without characters', { name: '' }, 'request_invalid', '/name'],
      ['a name that turns the text', { name: 'a\u202eb' }, 'request_invalid', '/name'],
      ['a scope with a space', { scopes: ['a b'] }, 'request_invalid', '/scopes'],
      ['an empty scope', { scopes: [''] }, 'request_invalid', '/scopes'],
      [
        'an audience that is unknown',
        { audiences: ['https://x'] },
        'audience_unknown',
        '/audiences',
      ],
    ])('refuses %s', async (_what, terms, code, pointer) => {
      await expect(create(terms)).rejects.toMatchObject({ code, pointer })
      const { client } = await create()
      await expect(clients.change(client.id, terms, by)).rejects.toMatchObject({ code, pointer })
      expect((await clients.get(client.id)).scopes).toEqual(TERMS.scopes)
    })

    test('an audience that the settings no longer know stays, and cannot be given again', async () => {
      const { client } = await create()
      const { id } = client
      const events = { emit: () => {}, record: async () => {} }
      const later = createClients({ database, revocations, audiences: [], clock, events })
      expect((await later.change(id, { name: 'same' }, by)).audiences).toEqual(TERMS.audiences)
      await later.change(id, { audiences: [] }, by)
      const again = later.change(id, { audiences: TERMS.audiences }, by)
      await expect(again).rejects.toMatchObject({ code: 'audience_unknown' })
    })

    test('nothing is done to a client that is not there', async () => {
      for (const id of [NOBODY, '', "cli_'; drop table clients", '\0']) {
        const calls = [
          () => clients.get(id),
          () => clients.change(id, { name: 'x' }, by),
          () => clients.disable(id, by),
          () => clients.enable(id, by),
          () => clients.remove(id, by),
          () => clients.renewSecret(id, { former: 'revoke' }, by),
          () => clients.dropFormerSecret(id, by),
          () => clients.revokeTokens(id, by),
        ]
        for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not_found' })
      }
      expect(await logged()).toEqual([])
      expect(recorded).toEqual([])
    })

    test('a refusal is kept with the id where it can be one, and without what was sent', async () => {
      const address = '192.0.2.1'
      await clients.recordRefusal({ id: NOBODY, address })
      await clients.recordRefusal({ id: 'cs_a-secret-in-the-wrong-place', address })
      const refused = { type: 'client_refused', result: 'refused', actor: null, address }
      expect(recorded).toMatchObject([
        { ...refused, detail: { client: NOBODY } },
        { ...refused, detail: null },
      ])
    })

    test('they are listed in the order of their creation, page by page', async () => {
      await testDatabase.query('delete from clients')
      const ids: string[] = []
      for (let index = 0; index < 5; index++) {
        ids.push((await create()).client.id)
        clock.advance(1)
      }
      const seen: string[] = []
      let after: string | null = null
      do {
        const page: Awaited<ReturnType<Clients['page']>> = await clients.page({ after, limit: 2 })
        seen.push(...page.clients.map(({ id }) => id))
        after = page.next
      } while (after !== null)
      expect(seen).toEqual(ids)
      const wrong = clients.page({ after: 'nonsense', limit: 2 })
      await expect(wrong).rejects.toMatchObject({ code: 'request_invalid' })
    })
  })
})

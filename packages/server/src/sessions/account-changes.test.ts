import { randomBytes } from 'node:crypto'
import { databases, type TestDatabase } from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { type Accounts, createAccounts } from '../accounts/accounts.ts'
import { createPasswordHasher } from '../accounts/password-hasher.ts'
import { createRoles } from '../accounts/roles.ts'
import { OPERATOR } from '../audit/audit-entry.ts'
import { createSecretRing, MasterSecret } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { createRevocations, type Revocations } from '../revocation/revocations.ts'
import { type AccountChanges, createAccountChanges } from './account-changes.ts'
import { createEnds } from './ends.ts'
import type { Grant } from './grants.ts'
import { createSessions, type Sessions } from './sessions.ts'

const NOW = 1_700_000_000
const clock = { now: () => NOW * 1000, monotonic: () => 0 }
const events = { emit: () => {}, record: async () => {} }
const by = OPERATOR
const ROUNDS = 60

describe.each(databases)('on $name', ({ open }) => {
  let testDatabase: TestDatabase
  // Two authorities on PostgreSQL. On SQLite one: two in one process would block each other's thread.
  let sides: Side[]

  interface Side {
    readonly database: Database
    readonly accounts: Accounts
    readonly sessions: Sessions
    readonly changes: AccountChanges
    readonly revocations: Revocations
  }

  beforeAll(async () => {
    testDatabase = await open()
    const secrets = createSecretRing([new MasterSecret(randomBytes(32))])
    const openSide = async (): Promise<Side> => {
      const database = await openTestDatabase(testDatabase, clock)
      const accounts = createAccounts({ database, hasher: createPasswordHasher(), clock, events })
      const revocations = createRevocations({ database, clock })
      const ends = createEnds({ database, revocations, clock, events })
      const limits = {
        accessTtlSeconds: 900,
        idleTtlSeconds: 7_000,
        sessionTtlSeconds: 90_000,
        refreshGraceSeconds: 10,
      }
      return {
        database,
        accounts,
        revocations,
        sessions: createSessions({ database, accounts, ends, secrets, limits, clock, events }),
        changes: createAccountChanges({
          database,
          accounts,
          roles: createRoles({ database, clock }),
          ends,
          events,
        }),
      }
    }
    const first = await openSide()
    sides = [first, first.database.kind === 'sqlite' ? first : await openSide()]
    await side(0).revocations.open()
  })

  afterAll(async () => {
    for (const { database } of new Set(sides)) await database.close()
    await testDatabase[Symbol.asyncDispose]()
  })

  function side(index: number): Side {
    const found = sides[index % 2]
    if (found === undefined) throw new Error('no side was opened')
    return found
  }

  async function createAccount(name: string) {
    const { account } = await side(0).accounts.create({
      email: `${name}@example.com`,
      password: 'correct horse battery',
      name: null,
      roles: ['reader'],
      by,
    })
    return { accountId: account.id, credentialsVersion: account.credentialsVersion }
  }

  function openSession(
    on: Side,
    authenticated: { accountId: string; credentialsVersion: number },
  ): Promise<Grant> {
    return on.sessions.open({
      authenticated,
      clientId: 'signet',
      audience: ['here'],
      device: { userAgent: null, address: null },
    })
  }

  const refresh = (on: Side, refreshToken: string) =>
    on.sessions.refresh({
      refreshToken,
      clientId: 'signet',
      chooseAudience: (before) => before,
      findAddress: () => null,
      checkStillWanted: () => {},
    })

  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'ok',
      (error: { code?: string }) => error.code ?? String(error),
    )

  const entriesOf = async (id: string) =>
    (await side(0).revocations.pageAfter('')).entries.filter((entry) => entry.id === id)

  test(`R3 logins against disabling at the same moment, ${ROUNDS} times: none is left alive`, async () => {
    const authenticated = await createAccount('disable')
    let slipped = 0
    for (let round = 0; round < ROUNDS; round++) {
      const { credentialsVersion } = await side(0).accounts.get(authenticated.accountId)
      const asRead = { ...authenticated, credentialsVersion }
      const opening = [0, 1, 2].map((index) => openSession(side(index), asRead))
      const [grants] = await Promise.all([
        Promise.allSettled(opening),
        side(round).changes.disable(authenticated.accountId, by),
      ])
      for (const grant of grants) {
        if (grant.status === 'rejected') {
          expect(grant.reason).toMatchObject({ code: 'credentials_wrong' })
          continue
        }
        slipped += 1
        const { session, refreshToken } = grant.value
        expect(await codeOf(refresh(side(round), refreshToken))).toBe('session_ended')
        expect(await entriesOf(session.id)).toHaveLength(1)
      }
      expect(await codeOf(openSession(side(round), asRead))).toBe('credentials_wrong')
      await side(round).changes.enable(authenticated.accountId, by)
      expect(await codeOf(openSession(side(round), asRead))).toBe('credentials_wrong')
    }
    // Some opened before and were ended, otherwise nothing raced.
    expect(slipped).toBeGreaterThan(0)
  })

  test(`R3 refreshes against a change of roles, ${ROUNDS} times: a token with the old roles is dead`, async () => {
    const authenticated = await createAccount('roles')
    const { accountId } = authenticated
    const first = await openSession(side(0), authenticated)
    let { refreshToken } = first
    for (let round = 0; round < ROUNDS; round++) {
      const change =
        round % 2 === 0 ? { add: ['editor'], remove: [] } : { add: [], remove: ['editor'] }
      const [grants] = await Promise.all([
        Promise.all([0, 1].map((index) => refresh(side(index), refreshToken))),
        side(round).changes.changeRoles(accountId, change, by),
      ])
      const after = (await side(0).accounts.get(accountId)).roles.join()
      const below = Math.max(
        ...(await entriesOf(first.session.id)).map((entry) => entry.below ?? 0),
      )
      for (const { account, session } of grants) {
        if (account.roles.join() === after) continue
        expect(session.tokenVersion).toBeLessThan(below)
      }
      const next = await refresh(side(round), grants[0]?.refreshToken ?? '')
      expect(next.account.roles.join()).toBe(after)
      expect(next.session.tokenVersion).toBeGreaterThanOrEqual(below)
      refreshToken = next.refreshToken
    }
  })

  test('a change of roles that changes nothing kills nothing', async () => {
    const authenticated = await createAccount('same')
    const { session } = await openSession(side(0), authenticated)
    await side(0).changes.changeRoles(
      authenticated.accountId,
      { add: ['reader'], remove: ['x'] },
      by,
    )
    expect(await entriesOf(session.id)).toEqual([])
  })

  test('ends of many sessions in opposite orders do not lock each other out', async () => {
    const authenticated = await createAccount('many')
    const { accountId } = authenticated
    for (let round = 0; round < 10; round++) {
      const grants = []
      for (let count = 0; count < 6; count++) {
        grants.push(await openSession(side(count), authenticated))
      }
      await Promise.all(
        [0, 1, 2, 3].map((index) =>
          side(index).changes.closeAll({ accountId, reason: 'owner', by }),
        ),
      )
      for (const { session } of grants) expect(await entriesOf(session.id)).toHaveLength(1)
    }
  })
})

import { databases, FakeClock, type TestDatabase } from '@signet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import type { Database } from '../db/database.ts'
import { createTokenId } from '../tokens/token-id.ts'
import { createSessionId, type Session } from './session.ts'
import { findSession, insertSession, rotateSession } from './session-store.ts'

const NOW = 1_700_000_000
const ACCOUNT = 'acc_of_this_test'

describe.each(databases)('on $name', ({ open }) => {
  let testDatabase: TestDatabase
  let database: Database
  let session: Session

  beforeAll(async () => {
    testDatabase = await open()
    database = await openTestDatabase(testDatabase, new FakeClock())
    await database.query
      .insertInto('accounts')
      .values({
        id: ACCOUNT,
        email: 'ada@example.com',
        email_verified: 0,
        name: null,
        password_hash: 'none',
        disabled_at: null,
        created_at: NOW,
      })
      .execute()
  })

  beforeEach(async () => {
    session = createSession()
    await insertSession(database, session, { userAgent: null, address: null })
  })

  afterAll(async () => {
    await database.close()
    await testDatabase[Symbol.asyncDispose]()
  })

  test('a rotation writes what it is told, and nothing else of the row changes', async () => {
    const to = createRotation()
    expect(await rotateSession(database, { from: session, to })).toBe(true)
    const found = await findSession(database, session.id)
    expect(found && { ...found, salt: [...found.salt] }).toEqual({
      ...session,
      ...to,
      salt: [...session.salt],
    })
  })

  test('of two rotations of one row one gets through', async () => {
    const outcomes = await Promise.all(
      [createRotation(), createRotation()].map((to) =>
        rotateSession(database, { from: session, to }),
      ),
    )
    expect(outcomes.sort()).toEqual([false, true])
  })

  test.each([
    ['has moved on', { generation: 2 }],
    ['has another version of its tokens', { token_version: 2 }],
    ['has ended', { ended_at: NOW }],
    ['was not used for too long', { idle_expires_at: NOW }],
    ['is past its limit', { expires_at: NOW }],
  ])('a session that %s since it was judged is not rotated', async (_how, change) => {
    await database.query.updateTable('sessions').set(change).where('id', '=', session.id).execute()
    const before = await findSession(database, session.id)
    expect(await rotateSession(database, { from: session, to: createRotation() })).toBe(false)
    expect(await findSession(database, session.id)).toEqual(before)
  })
})

function createSession(): Session {
  const expiresAt = NOW + 900
  return {
    id: createSessionId(),
    accountId: ACCOUNT,
    clientId: 'signet',
    salt: new Uint8Array(32).fill(7),
    generation: 1,
    parent: null,
    rotatedAt: NOW - 60,
    secretId: 4_000_000_000,
    tokenVersion: 1,
    token: { id: createTokenId(), audience: ['a', 'b'], issuedAt: NOW - 60, expiresAt },
    tokensExpireAt: expiresAt,
    idleExpiresAt: NOW + 1_000,
    expiresAt: NOW + 2_000,
    endedAt: null,
    createdAt: NOW - 60,
  }
}

function createRotation() {
  return {
    generation: 2,
    parent: 1,
    rotatedAt: NOW,
    secretId: 3_000_000_000,
    token: { id: createTokenId(), audience: ['c'], issuedAt: NOW, expiresAt: NOW + 960 },
    tokensExpireAt: NOW + 960,
    idleExpiresAt: NOW + 1_060,
  }
}

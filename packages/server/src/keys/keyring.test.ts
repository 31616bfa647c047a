import { randomBytes } from 'node:crypto'
import { FakeClock, openSqliteDatabase } from '@signet/testkit'
import { exportPrivateJwk, generateKey } from '@signet/token'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { createAudit } from '../audit/audit.ts'
import { OPERATOR } from '../audit/audit-entry.ts'
import { createSecretRing, MasterSecret } from '../config/secrets.ts'
import { sql } from '../db/query-builder.ts'
import { type AuthorityEvent, createEvents } from '../events.ts'
import { createRevocations } from '../revocation/revocations.ts'
import { createKeyChanges } from './key-changes.ts'
import type { KeyRules } from './key-plan.ts'
import { Keyring } from './keyring.ts'

const RULES: KeyRules = { algorithm: 'ES256', keyRotationSeconds: 86_400, accessTtlSeconds: 900 }

/** A process on a database of its own, or beside another. */
async function openKeys(rules = RULES) {
  const testDatabase = await openSqliteDatabase()
  const clock = new FakeClock()
  const secrets = createSecretRing([new MasterSecret(randomBytes(32))])
  const database = await openTestDatabase(testDatabase, clock)
  const heard: AuthorityEvent['type'][] = []
  const audit = createAudit({ database, secrets, clock })
  const events = createEvents({
    logger: pino({ level: 'silent' }),
    audit,
    counter: { countEvent: ({ type }) => heard.push(type), countEntry: () => {} },
  })
  const revocations = createRevocations({ database, clock })
  await revocations.open()
  const parts = { database, secrets, revocations, clock, events }
  const changes = createKeyChanges({ ...parts, rules })
  const keyring = await Keyring.open({ ...parts, changes })
  return {
    clock,
    database,
    changes,
    keyring,
    heard,
    audit,
    start: async (other: KeyRules) => {
      const changed = createKeyChanges({ ...parts, rules: other })
      return Keyring.open({ ...parts, changes: changed })
    },
    async [Symbol.asyncDispose]() {
      await keyring.close()
      await database.close()
      await testDatabase[Symbol.asyncDispose]()
    },
  }
}

test('nothing is signed by a process that could not read the keys for 5 s, and all is well once it can', async () => {
  await using keys = await openKeys()
  const { clock, keyring, database } = keys
  const key = await keyring.getSigningKey()
  await sql`alter table signing_keys rename to elsewhere`.execute(database.query)
  clock.advance(5)
  expect(await keyring.getSigningKey()).toBe(key)
  clock.advance(1)
  await expect(keyring.getSigningKey()).rejects.toMatchObject({ code: 'unavailable' })
  // What is known still verifies, and says that it must not be kept for long.
  expect(keyring.published.keySet.size).toBe(2)
  clock.advance(300)
  expect(keyring.cacheSeconds()).toBe(0)
  await sql`alter table elsewhere rename to signing_keys`.execute(database.query)
  expect(await keyring.getSigningKey()).toBe(key)
  expect(keyring.cacheSeconds()).toBe(300)
  expect(keys.heard).toEqual(['keys_unreadable', 'keys_readable'])
})

test('a process whose tokens live longer signs only once that is written down', async () => {
  await using keys = await openKeys()
  const other = await keys.start({ ...RULES, accessTtlSeconds: 3_600 })
  await other.getSigningKey()
  const { keys: rows } = await keys.changes.list()
  expect(rows.map(({ tokenSeconds }) => tokenSeconds)).toEqual([3_600, 3_600])
  await other.close()
})

test('an imported key waits as every next key does, and signs after the rotation that was asked for', async () => {
  await using keys = await openKeys()
  const { changes, clock, keyring } = keys
  const key = await generateKey('ES256', { kid: 'of-our-own' })
  const jwk = exportPrivateJwk(key)
  expect(await changes.importKey({ jwk }, OPERATOR)).toBe('of-our-own')
  await changes.rotate(OPERATOR)
  await keyring.confirm()
  expect((await keyring.getSigningKey()).kid).not.toBe('of-our-own')
  clock.advance(601)
  await changes.advance()
  await keyring.confirm()
  expect((await keyring.getSigningKey()).kid).toBe('of-our-own')
  const entries = await keys.audit.last({ count: 9 })
  expect(entries.map(({ type, actor }) => [type, actor])).toEqual([
    ['key_imported', 'operator'],
    ['key_rotation_wanted', 'operator'],
    ['key_rotated', null],
  ])
})

test('A18 no key is imported whose id is here or was revoked, and none that is of no use', async () => {
  await using keys = await openKeys()
  const { changes } = keys
  const jwk = exportPrivateJwk(await generateKey('ES256', { kid: 'twice' }))
  await changes.importKey({ jwk }, OPERATOR)
  const refused = async (bad: object) => {
    const error = await changes.importKey({ jwk: bad }, OPERATOR).catch((reason) => reason)
    return [error.code, error.detail]
  }
  expect(await refused(jwk)).toEqual(['key_known', undefined])
  await changes.revoke('twice', OPERATOR)
  expect(await refused(jwk)).toEqual(['key_known', undefined])
  const { d: _, ...publicHalf } = jwk as { d?: string }
  expect(await refused({ ...publicHalf, kid: 'p' })).toEqual([
    'key_unusable',
    'It has no private half.',
  ])
  const other = exportPrivateJwk(await generateKey('RS256'))
  expect(await refused(other)).toEqual(['key_unusable', 'It is for RS256; SIGNET_ALG is ES256.'])
  expect((await refused({ ...jwk, kid: 'with space' }))[0]).toBe('key_unusable')
  expect((await refused({ kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }))[0]).toBe('key_unusable')
  expect((await refused({}))[0]).toBe('key_unusable')
})

test('whichever key is revoked, one signs and one is published, and both are others', async () => {
  await using keys = await openKeys()
  const { changes, keyring } = keys
  for (const state of ['next', 'active', 'next', 'active'] as const) {
    const before = (await changes.list()).keys
    const kid = String(before.find((key) => key.state === state)?.kid)
    await changes.revoke(kid, OPERATOR)
    await keyring.confirm()
    const after = (await changes.list()).keys
    expect(after.find((key) => key.kid === kid)?.state).toBe('revoked')
    expect(keyring.published.keySet.has(kid)).toBe(false)
    expect(keyring.published.keySet.size).toBe(2)
    expect((await keyring.getSigningKey()).kid).not.toBe(kid)
  }
  await expect(changes.revoke('nobody', OPERATOR)).rejects.toMatchObject({ code: 'not_found' })
})

test('many at once rotate once', async () => {
  await using keys = await openKeys()
  const { changes, clock } = keys
  clock.advance(86_400)
  await Promise.all(Array.from({ length: 20 }, () => changes.advance()))
  const entries = await keys.audit.last({ count: 99 })
  expect(entries.map(({ type }) => type)).toEqual(['key_rotated'])
  const { keys: rows } = await changes.list()
  expect(rows.map(({ state }) => state).sort()).toEqual(['active', 'next', 'retiring'])
})

import { randomBytes } from 'node:crypto'
import { databases, type TestDatabase } from '@signet/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { createSecretRing, MasterSecret } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { type Audit, createAudit } from './audit.ts'
import type { AuditEntry } from './audit-entry.ts'

const START = 1_700_000_000

describe.each(databases)('on $name', ({ open }) => {
  let now = START
  const clock = { now: () => now * 1000, monotonic: () => now * 1000 }
  const [first, second] = [1, 2].map(() => new MasterSecret(randomBytes(32)))
  if (first === undefined || second === undefined) throw new Error('no secrets')
  let testDatabase: TestDatabase
  let database: Database
  let audit: Audit

  beforeEach(async () => {
    now = START
    testDatabase = await open()
    database = await openTestDatabase(testDatabase, clock)
    audit = createAudit({ database, secrets: createSecretRing([first]), clock })
  })

  afterEach(async () => {
    await database.close()
    await testDatabase[Symbol.asyncDispose]()
  })

  const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
    type: 'session_opened',
    result: 'done',
    actor: 'acc_ada',
    accountId: 'acc_ada',
    sessionId: 'ses_one',
    address: '192.0.2.1',
    detail: { device: 'Firefox on Windows', count: 1 },
    ...change,
  })
  const append = (change: Partial<AuditEntry> = {}) =>
    database.transaction((tx) => audit.append(tx, [entry(change)]))
  const appendMany = async (count: number) => {
    for (let index = 0; index < count; index++) await append({ sessionId: `ses_${index}` })
  }
  const faults = async () => (await audit.verify()).faults

  test('what was appended is read back in order, and the chain holds', async () => {
    await append({ detail: null, actor: null })
    now += 5
    await append({ accountId: 'acc_bob', detail: { text: 'ü "quoted" \u2028', yes: true } })
    const rows = await audit.list({ after: 0, limit: 10 })
    expect(rows).toMatchObject([
      { ...entry({ detail: null, actor: null }), sequence: 1, at: START },
      { sequence: 2, at: START + 5, accountId: 'acc_bob' },
    ])
    expect(rows[1]?.detail).toEqual({ text: 'ü "quoted" \u2028', yes: true })
    expect(await audit.list({ after: 0, limit: 10, accountId: 'acc_bob' })).toHaveLength(1)
    const report = await audit.verify()
    expect([report.rows, report.faults, report.head.sequence]).toEqual([2, [], 2])
    expect(report.head).toEqual(
      await audit.head().then(({ sequence, hash }) => ({ sequence, hash })),
    )
  })

  test('many of one transaction stand behind one another', async () => {
    const entries = Array.from({ length: 450 }, (_, index) => entry({ sessionId: `ses_${index}` }))
    await database.transaction(async (tx) => {
      await audit.append(tx, entries)
      await audit.append(tx, [entry()])
    })
    const { rows, faults } = await audit.verify()
    expect([rows, faults]).toEqual([451, []])
  })

  test('many at once make one chain without a gap', async () => {
    await Promise.all(Array.from({ length: 60 }, () => append()))
    const { rows, faults } = await audit.verify()
    expect([rows, faults]).toEqual([60, []])
  })

  test('what is rolled back leaves nothing behind', async () => {
    await append()
    await expect(
      database.transaction(async (tx) => {
        await audit.append(tx, [entry()])
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await append()
    expect((await audit.list({ after: 0, limit: 9 })).map(({ sequence }) => sequence)).toEqual([
      1, 2,
    ])
    expect(await faults()).toEqual([])
  })

  test.each(['actor', 'account_id', 'session_id', 'address', 'type', 'result', 'detail', 'at'])(
    'a row whose %s was changed is named, and it alone',
    async (column) => {
      await appendMany(5)
      const value = column === 'at' ? '7' : column === 'detail' ? `'{"a":1}'` : `'other'`
      await testDatabase.query(`update audit set ${column} = ${value} where sequence = 3`)
      expect(await faults()).toEqual([{ sequence: 3, fault: 'changed' }])
    },
  )

  test('a row that was taken out is named', async () => {
    await appendMany(5)
    await testDatabase.query('delete from audit where sequence = 3')
    expect(await faults()).toEqual([{ sequence: 3, fault: 'missing' }])
  })

  test('rows that changed places are named', async () => {
    await appendMany(5)
    for (const [from, to] of [
      [2, 99],
      [4, 2],
      [99, 4],
    ]) {
      await testDatabase.query(`update audit set sequence = ${to} where sequence = ${from}`)
    }
    const named = (await faults()).map(({ sequence }) => sequence)
    expect(named).toEqual(expect.arrayContaining([2, 4]))
  })

  test('rows cut off the end are noticed, also with the note of the end set back', async () => {
    await appendMany(3)
    const [early] = await testDatabase.query(`select sequence, hash from audit where sequence = 2`)
    await testDatabase.query('delete from audit where sequence = 3')
    expect(await faults()).toEqual([{ sequence: 3, fault: 'cut' }])
    await testDatabase.query(
      `update audit_points set sequence = 2, hash = (select hash from audit where sequence = 2) where name = 'head'`,
    )
    expect(early).toBeDefined()
    expect(await faults()).toEqual([{ sequence: 3, fault: 'cut' }])
    await testDatabase.query('delete from audit_points')
    expect(await faults()).toEqual([{ sequence: 3, fault: 'cut' }])
  })

  test('a chain computed anew without the master secret is noticed', async () => {
    await appendMany(3)
    const forger = createAudit({ database, secrets: createSecretRing([second]), clock })
    const before = await audit.list({ after: 1, limit: 9 })
    await testDatabase.query('delete from audit where sequence > 1')
    await testDatabase.query(
      `update audit_points set sequence = 1, hash = (select hash from audit where sequence = 1) where name = 'head'`,
    )
    for (const row of before) {
      await database.transaction((tx) =>
        forger.append(tx, [{ ...row, actor: 'acc_somebody_else' }]),
      )
    }
    await testDatabase.query(`update audit set secret_id = ${first.id}`)
    await testDatabase.query(`update audit_points set secret_id = ${first.id}`)
    expect(await faults()).toEqual([
      { sequence: 2, fault: 'resealed' },
      { sequence: 3, fault: 'resealed' },
      { sequence: 4, fault: 'cut' },
    ])
  })

  test('rows of a secret that was rolled over hold, and are named once it is gone', async () => {
    await appendMany(2)
    const both = createAudit({ database, secrets: createSecretRing([second, first]), clock })
    await database.transaction((tx) => both.append(tx, [entry()]))
    expect((await both.verify()).faults).toEqual([])
    const later = createAudit({ database, secrets: createSecretRing([second]), clock })
    expect((await later.verify()).faults).toEqual([
      { sequence: 1, fault: 'secret_unknown' },
      { sequence: 2, fault: 'secret_unknown' },
    ])
  })

  test('what is too old is forgotten, and the rest is still proven', async () => {
    await appendMany(3)
    now += 100
    await appendMany(2)
    expect(await audit.prune(START + 100)).toBe(3)
    expect(await audit.prune(START + 100)).toBe(0)
    expect((await audit.list({ after: 0, limit: 9 })).map(({ sequence }) => sequence)).toEqual([
      4, 5,
    ])
    expect((await audit.verify()).faults).toEqual([])
    await testDatabase.query('delete from audit where sequence = 4')
    expect(await faults()).toEqual([{ sequence: 4, fault: 'missing' }])
  })

  test('somebody who prunes without the master secret is noticed', async () => {
    await appendMany(3)
    await testDatabase.query('delete from audit where sequence < 3')
    expect((await faults())[0]).toEqual({ sequence: 1, fault: 'missing' })
    await testDatabase.query(
      `insert into audit_points select 'base', 2, hash, seal, secret_id from audit_points where name = 'head'`,
    )
    expect((await faults()).map(({ fault }) => fault)).toContain('resealed')
  })

  test('everything can be forgotten, and the chain goes on', async () => {
    await appendMany(3)
    now += 1
    expect(await audit.prune(now)).toBe(3)
    await append()
    const { rows, faults, head } = await audit.verify()
    expect([rows, faults, head.sequence]).toEqual([1, [], 4])
  })
})

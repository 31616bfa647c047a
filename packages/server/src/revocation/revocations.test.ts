import { databases, type TestDatabase } from '@signet/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import type { Database } from '../db/database.ts'
import { formatCursor } from './cursor.ts'
import { FeedPages } from './feed-pages.ts'
import { createRevocations, type Revocations } from './revocations.ts'

const START = 1_700_000_000

let now = START
const clock = { now: () => now * 1000, monotonic: () => now * 1000 }
describe.each(databases)('on $name', ({ open: openNew }) => {
  let testDatabase: TestDatabase
  let database: Database
  let revocations: Revocations

  beforeEach(async () => {
    now = START
    testDatabase = await openNew()
    database = await openTestDatabase(testDatabase, clock)
    revocations = createRevocations({ database, clock })
    await revocations.open()
  })

  afterEach(async () => {
    await database.close()
    await testDatabase[Symbol.asyncDispose]()
  })

  const record = (id: string, expiresAt: number | null) =>
    database.transaction((tx) =>
      revocations.record(tx, [{ kind: expiresAt === null ? 'key' : 'session', id, expiresAt }]),
    )

  const idsAfter = async (cursor: string) =>
    (await revocations.pageAfter(cursor)).entries.map(({ id }) => id)

  describe('the revocation log', () => {
    test('forgets entries one hour after they expired, and those of keys never', async () => {
      await record('soon', START + 100)
      await record('later', START + 101)
      await record('key', null)
      now = START + 100 + 3_600
      expect(await revocations.prune()).toBe(0)
      now += 1
      expect(await revocations.prune()).toBe(1)
      expect(await idsAfter('')).toEqual(['later', 'key'])
      now += 86_400
      expect(await revocations.prune()).toBe(1)
      expect(await idsAfter('')).toEqual(['key'])
    })

    test('forgets nothing early for a process whose clock is ahead of the database', async () => {
      const live = Math.floor(Date.now() / 1000) + 900
      await record('live', live)
      now = live + 30 * 86_400
      expect(await revocations.prune()).toBe(0)
      expect(await idsAfter('')).toEqual(['live'])
    })

    test('prunes more than one batch at once', async () => {
      const entries = Array.from({ length: 2_500 }, (_, index) => ({
        kind: 'session' as const,
        id: `ses_${index}`,
        expiresAt: START,
      }))
      await database.transaction((tx) => revocations.record(tx, entries))
      now = START + 3_601
      expect(await revocations.prune()).toBe(2_500)
    })

    test('goes on counting behind what was pruned', async () => {
      await record('one', START)
      const { cursor } = await revocations.pageAfter('')
      now = START + 3_601
      await revocations.prune()
      await record('two', START + 9_000)
      expect(await idsAfter(cursor)).toEqual(['two'])
      expect((await revocations.head()).sequence).toBe(2)
    })

    test('numbers the entries of many transactions at once without a gap', async () => {
      const ids = Array.from({ length: 200 }, (_, index) => `ses_${index}`)
      await Promise.all(ids.map((id) => record(id, START + 100)))
      expect((await idsAfter('')).sort()).toEqual([...ids].sort())
      expect((await revocations.head()).sequence).toBe(200)
    })

    test('keeps nothing and wakes nobody when the transaction is rolled back', async () => {
      let wakes = 0
      revocations.onAppend(() => {
        wakes += 1
      })
      const work = database.transaction(async (tx) => {
        await revocations.record(tx, [{ kind: 'session', id: 'ses_1', expiresAt: START }])
        throw new Error('rolled back')
      })
      await expect(work).rejects.toThrow('rolled back')
      expect(await idsAfter('')).toEqual([])
      expect(wakes).toBe(0)
      await record('ses_2', START)
      expect(wakes).toBe(1)
      expect((await revocations.head()).sequence).toBe(1)
    })

    test('begins an epoch at every start, and its numbers go on', async () => {
      await record('ses_1', START + 900)
      const before = await revocations.head()
      await createRevocations({ database, clock }).open()
      const after = await revocations.head()
      expect(after.sequence).toBe(before.sequence)
      expect(after.epoch).not.toBe(before.epoch)
      const page = await revocations.pageAfter(formatCursor(before))
      expect(page).toMatchObject({ reset: true, entries: [{ id: 'ses_1' }] })
    })
  })

  describe('its pages', () => {
    const recordMany = (count: number) =>
      database.transaction((tx) =>
        revocations.record(
          tx,
          Array.from({ length: count }, (_, index) => ({
            kind: 'session' as const,
            id: `ses_${index}`,
            expiresAt: START + 900,
          })),
        ),
      )

    /** The pages that the test's own log is read in, and how many were read for them. */
    function countReads() {
      let reads = 0
      const pages = new FeedPages({
        ...revocations,
        pageBetween(cursor, head) {
          reads += 1
          return revocations.pageBetween(cursor, head)
        },
      })
      return { pages, reads: () => reads }
    }

    const readNow = async () => ({
      head: formatCursor(await revocations.head()),
      startedAt: 0,
      now: 0,
    })

    test.each([1_000, 2_000, 2_001])(
      'of %i entries end with one that is complete',
      async (count) => {
        await recordMany(count)
        const { pages } = countReads()
        const ids: string[] = []
        const complete: boolean[] = []
        const reading = await readNow()
        let cursor = ''
        for await (const { page } of pages.between('', reading)) {
          ids.push(...page.entries.map(({ id }) => id))
          complete.push(page.complete)
          cursor = page.cursor
        }
        expect(new Set(ids).size).toBe(count)
        expect(complete).toEqual(complete.map((_, index) => index === complete.length - 1))
        expect(cursor).toBe(reading.head)
      },
    )

    test('are read once for all who stand at one place, and hold what one reading found', async () => {
      await recordMany(2_500)
      const { pages, reads } = countReads()
      const reading = await readNow()
      await record('later', START + 900)
      const follow = async () => {
        const ids: string[] = []
        for await (const { page } of pages.between('', reading)) {
          ids.push(...page.entries.map(({ id }) => id))
        }
        return ids
      }
      const all = await Promise.all(Array.from({ length: 20 }, follow))
      for (const ids of all) expect(ids).toHaveLength(2_500)
      expect(reads()).toBe(3)
    })

    test('let others run between two of them', async () => {
      await recordMany(3_000)
      const { pages } = countReads()
      const reading = await readNow()
      const order: string[] = []
      for await (const { page } of pages.between('', reading)) {
        order.push(page.complete ? 'last page' : 'page')
        setImmediate(() => order.push('others'))
      }
      expect(order).toEqual(['page', 'others', 'page', 'others', 'last page'])
    })
  })
})

import { randomBytes } from 'node:crypto'
import { setImmediate as letOthersRun, setTimeout as sleep } from 'node:timers/promises'
import { databases, type TestDatabase } from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/open-test-database.ts'
import { createAccounts } from '../accounts/accounts.ts'
import { createPasswordHasher } from '../accounts/password-hasher.ts'
import type { AuditEntry } from '../audit/audit-entry.ts'
import { createSecretRing, MasterSecret } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import type { AuthorityEvent } from '../events.ts'
import { createRevocations, type Revocations } from '../revocation/revocations.ts'
import { createEnds, type Ends, type SessionToEnd } from './ends.ts'
import type { Grant } from './grants.ts'
import { endSessions } from './session-store.ts'
import { createSessions, type Sessions } from './sessions.ts'

const SEED = 4_711
const DAY = 86_400

let nowMs = 1_700_000_000_000
const clock = { now: () => nowMs, monotonic: () => nowMs }
const advance = (seconds: number) => {
  nowMs += seconds * 1000
}

describe.each(databases)('on $name', ({ open: openNew }) => {
  let testDatabase: TestDatabase
  let database: Database
  let sessions: Sessions
  let ends: Ends
  let revocations: Revocations
  let open: () => Promise<Grant>
  const events: Record<string, unknown>[] = []

  const emitter = {
    emit: (event: AuthorityEvent) => events.push(event),
    record: async (_tx: Database, entries: readonly AuditEntry[]) => {
      for (const { type, sessionId, detail } of entries) events.push({ type, sessionId, ...detail })
    },
  }

  beforeAll(async () => {
    testDatabase = await openNew()
    database = await openTestDatabase(testDatabase, clock)
    const accounts = createAccounts({
      database,
      hasher: createPasswordHasher(),
      clock,
      events: emitter,
    })
    revocations = createRevocations({ database, clock })
    await revocations.open()
    ends = createEnds({ database, revocations, clock, events: emitter })
    sessions = createSessions({
      database,
      accounts,
      ends,
      secrets: createSecretRing([new MasterSecret(randomBytes(32))]),
      limits: {
        accessTtlSeconds: 900,
        idleTtlSeconds: 7 * DAY,
        sessionTtlSeconds: 30 * DAY,
        refreshGraceSeconds: 10,
      },
      clock,
      events: emitter,
    })
    const { account } = await accounts.create({
      email: 'ada@example.com',
      password: 'correct horse battery',
      name: null,
      by: { actor: null, address: null },
    })
    open = () =>
      sessions.open({
        authenticated: { accountId: account.id, credentialsVersion: account.credentialsVersion },
        clientId: 'signet',
        audience: ['here'],
        device: { userAgent: null, address: null },
      })
  })

  afterAll(async () => {
    await database.close()
    await testDatabase[Symbol.asyncDispose]()
  })

  function refresh(refreshToken: string, checkStillWanted = () => {}): Promise<Grant> {
    return sessions.refresh({
      refreshToken,
      clientId: 'signet',
      chooseAudience: (before) => before,
      findAddress: () => null,
      checkStillWanted,
    })
  }

  const close = (named: readonly SessionToEnd[]) =>
    ends.close({ sessions: named, reason: 'logout', by: { actor: null, address: null } })

  async function codeOf(work: Promise<unknown>): Promise<string> {
    try {
      await work
      return 'ok'
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }

  async function entriesOf(id: string) {
    const { entries } = await revocations.pageAfter('')
    return entries.filter((entry) => entry.id === id)
  }

  /** mulberry32. */
  function createRandom(seed: number): () => number {
    let state = seed
    return () => {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    }
  }

  /** So that calls begin at different points of one another: PostgreSQL takes its time, SQLite none. */
  async function turns(count: number): Promise<void> {
    if (database.kind === 'postgres') return sleep(count / 8)
    for (let turn = 0; turn < count >> 3; turn++) await letOthersRun()
    for (let turn = 0; turn < count % 8; turn++) await Promise.resolve()
  }

  describe('sessions under concurrency', () => {
    test('G06 of 64 at once exactly one moves the session on, all get its successor', async () => {
      const { refreshToken } = await open()
      const grants = await Promise.all(Array.from({ length: 64 }, () => refresh(refreshToken)))
      expect(new Set(grants.map((grant) => grant.refreshToken)).size).toBe(1)
      expect(new Set(grants.map((grant) => grant.token.id)).size).toBe(1)
      expect(grants[0]?.session.generation).toBe(2)
    })

    test('a repair by 64 at once moves the session on once', async () => {
      const { refreshToken, session } = await open()
      await refresh(refreshToken)
      advance(11)
      events.length = 0
      const grants = await Promise.all(Array.from({ length: 64 }, () => refresh(refreshToken)))
      expect(new Set(grants.map((grant) => grant.refreshToken)).size).toBe(1)
      expect(grants[0]?.session.generation).toBe(3)
      expect(events).toContainEqual({ type: 'session_repaired', sessionId: session.id })
      const repairs = events.filter(({ type }) => type === 'session_repaired')
      expect(repairs).toHaveLength(1)
    })

    test('64 ends at once are one end and one entry', async () => {
      const { session } = await open()
      events.length = 0
      await Promise.all(Array.from({ length: 64 }, () => close([session])))
      expect(await entriesOf(session.id)).toHaveLength(1)
      expect(events).toEqual([{ type: 'session_ended', sessionId: session.id, reason: 'logout' }])
    })

    test('G04 a refresh that was judged before the end and written after it gets nothing', async () => {
      const { refreshToken, session } = await open()
      let closing: Promise<void> | undefined
      const code = await codeOf(
        database.kind === 'sqlite'
          ? refresh(refreshToken, () => {
              closing ??= close([session])
            })
          : refreshBehindOpenEnd(refreshToken, session.id),
      )
      await closing
      expect(code).toBe('session_ended')
    })

    /** The end holds the row, not yet committed, when the refresh has judged and wants to write. */
    async function refreshBehindOpenEnd(refreshToken: string, id: string): Promise<Grant> {
      let judged = () => {}
      const isJudged = new Promise<void>((resolve) => {
        judged = resolve
      })
      let refreshing: Promise<Grant> | undefined
      await database.transaction(async (tx) => {
        const end = { ids: [id], reason: 'logout' as const, now: Math.floor(clock.now() / 1000) }
        expect(await endSessions(tx, end)).toHaveLength(1)
        refreshing = refresh(refreshToken, judged)
        // Judged once more below, when the wait for the row is over; its rejection is awaited there.
        refreshing.catch(() => {})
        await isJudged
        await sleep(50)
      })
      if (refreshing === undefined) throw new Error('nothing was refreshed')
      return refreshing
    }

    test(`G04 R3 300 histories with seed ${SEED}: nothing goes on after an end that was acknowledged`, async () => {
      const random = createRandom(SEED)
      const below = (limit: number) => Math.floor(random() * limit)
      let [granted, refused] = [0, 0]
      for (let history = 0; history < 300; history++) {
        const tokens: Grant[] = [await open()]
        for (let step = below(3); step > 0; step--) {
          tokens.push(await refresh(tokens.at(-1)?.refreshToken ?? ''))
          if (below(3) === 0) advance(below(20))
        }
        const id = tokens[0]?.session.id ?? ''
        const newest = tokens.at(-1) as Grant
        const before = tokens.at(-2) ?? newest
        let closed = false
        const calls = [newest, before, newest, before].map(async ({ refreshToken }) => {
          await turns(below(40))
          const begunAfterTheEnd = closed
          const code = await codeOf(refresh(refreshToken).then((grant) => tokens.push(grant)))
          if (code === 'ok') granted += 1
          else refused += 1
          if (begunAfterTheEnd) expect(code).not.toBe('ok')
          expect(['ok', 'session_ended', 'refresh_reused']).toContain(code)
        })
        await turns(below(40))
        await close([{ id }])
        closed = true
        await Promise.all(calls)

        expect(await sessions.isOpen(id, 1)).toBe(false)
        for (const { refreshToken } of tokens) {
          expect(await codeOf(refresh(refreshToken))).toBe('session_ended')
        }
        const entries = await entriesOf(id)
        expect(entries).toHaveLength(1)
        const lastExpiry = Math.max(...tokens.map(({ token }) => token.expiresAt))
        expect(entries[0]?.expiresAt).toBeGreaterThanOrEqual(lastExpiry + 60)
        if (history % 100 === 99) await revocations.prune()
      }
      // Both happened, otherwise nothing raced.
      expect(granted).toBeGreaterThan(50)
      expect(refused).toBeGreaterThan(50)
    }, 120_000)
  })

  describe('a session', () => {
    test('is left alone when nobody waits for the answer any more', async () => {
      const { refreshToken } = await open()
      const gone = () => {
        throw new Error('gone')
      }
      await expect(refresh(refreshToken, gone)).rejects.toThrow('gone')
      expect((await refresh(refreshToken)).session.generation).toBe(2)
    })

    test('that does not exist closes without an entry, unless a living token names it', async () => {
      const { cursor } = await revocations.pageAfter('')
      const over = { id: 'ses_over', tokenExpiresAt: Math.floor(clock.now() / 1000) - 61 }
      await close([{ id: 'ses_nobody' }, over])
      expect((await revocations.pageAfter('')).cursor).toBe(cursor)
      const lost = { id: 'ses_lost', tokenExpiresAt: Math.floor(clock.now() / 1000) + 300 }
      await close([lost])
      expect(await entriesOf('ses_lost')).toEqual([
        { kind: 'session', id: 'ses_lost', expiresAt: lost.tokenExpiresAt + 60 },
      ])
    })

    test('is swept 30 days after its absolute limit, ended or not, and no sooner', async () => {
      const [ended, idle] = [await open(), await open()]
      await close([ended.session])
      advance(60 * DAY)
      await sessions.sweep()
      expect(await codeOf(refresh(ended.refreshToken))).toBe('session_ended')
      expect(await codeOf(refresh(idle.refreshToken))).toBe('session_ended')
      advance(1)
      expect(await sessions.sweep()).toBeGreaterThanOrEqual(2)
      expect(await codeOf(refresh(ended.refreshToken))).toBe('refresh_invalid')
      expect(await codeOf(refresh(idle.refreshToken))).toBe('refresh_invalid')
    })
  })
})

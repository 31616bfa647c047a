// Owns the audit log: what happened to accounts and sessions, who did it, from where, and how it
// ended; written in the transaction of the thing itself, in one chain that shows every change made
// to it afterwards. Decides nothing and holds no secret. Speaks to its own store only.
import { type Clock, epochSeconds } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import type { AuditEntry, AuditRow, ChainPoint } from './audit-entry.ts'
import {
  deleteRowsUpTo,
  findLastBefore,
  findPoint,
  holdHead,
  insertPoint,
  insertRows,
  listLastRows,
  listRows,
  type SealedPoint,
  setPoint,
} from './audit-store.ts'
import { CHAIN_START, type ChainFault, isSame, judgeRow, linkEntry, sealPoint } from './chain.ts'

export interface AuditReport {
  /** Rows that were judged. */
  readonly rows: number
  /** The last of them; what comes into a log elsewhere proves later that nothing was cut off. */
  readonly head: ChainPoint
  /** At most 100, in order. Empty: everything that is kept is as it was written. */
  readonly faults: readonly ChainFault[]
}

export interface Audit {
  /**
   * Appends within the caller's transaction, as its very last statement: everybody who appends waits
   * for it to end.
   */
  append(tx: Database, entries: readonly AuditEntry[]): Promise<void>

  /** Up to `limit` entries behind the sequence `after`, oldest first. */
  list(page: { after: number; limit: number; accountId?: string | undefined }): Promise<AuditRow[]>

  /** The newest `count` entries, oldest first. */
  last(page: { count: number; accountId?: string | undefined }): Promise<AuditRow[]>

  /** The end of the chain; 0 while it is empty. */
  head(): Promise<ChainPoint>

  /**
   * Reads the whole chain. Finds rows that were changed, taken out, put in, reordered or cut off,
   * by anybody who does not have the master secret. `begunBy` (epoch seconds) is when there was
   * something to record at the latest: a chain taken out whole, with the notes of where it ends, is
   * found by that alone. What it cannot find: a database put back whole to an earlier moment; hold
   * its head against one that was noted elsewhere.
   */
  verify(known?: { begunBy: number | null }): Promise<AuditReport>

  /** Forgets entries older than `before` (epoch seconds), and keeps what proves the rest. */
  prune(before: number): Promise<number>
}

/** Processes that write one chain may have clocks so far apart. */
const CLOCK_TOLERANCE_SECONDS = 60

const PAGE = 1_000
const MAX_FAULTS = 100

export function createAudit(parts: {
  database: Database
  secrets: SecretRing
  clock: Clock
}): Audit {
  const { database, secrets, clock } = parts

  function sealed(name: 'head' | 'base', { sequence, hash }: ChainPoint): SealedPoint {
    const seal = sealPoint(secrets.current, name, { sequence, hash })
    return { sequence, hash, seal, secretId: secrets.current.id }
  }

  /** Whether the note of a point was written with the master secret; null: it cannot be judged. */
  function isGenuine(name: 'head' | 'base', point: SealedPoint): boolean | null {
    const secret = secrets.find(point.secretId)
    return secret === null ? null : isSame(point.seal, sealPoint(secret, name, point))
  }

  async function holdOrMakeHead(tx: Database): Promise<ChainPoint> {
    const head = await holdHead(tx)
    if (head !== null) return head
    await insertPoint(tx, 'head', sealed('head', CHAIN_START))
    // Somebody else may have made it, and appended behind it, while this waited.
    return (await holdHead(tx)) ?? CHAIN_START
  }

  return {
    async append(tx, entries) {
      if (entries.length === 0) return
      const at = epochSeconds(clock)
      const rows: AuditRow[] = []
      let last = await holdOrMakeHead(tx)
      for (const entry of entries) {
        const row = linkEntry(last, { ...entry, at }, secrets.current)
        rows.push(row)
        last = row
      }
      await insertRows(tx, rows)
      await setPoint(tx, 'head', sealed('head', last))
    },

    list: (page) => listRows(database, page),
    last: (page) => listLastRows(database, page),

    head: async () => (await findPoint(database, 'head')) ?? CHAIN_START,

    async verify({ begunBy } = { begunBy: null }) {
      const base = await findPoint(database, 'base')
      const faults: ChainFault[] = []
      const add = (fault: ChainFault) => {
        if (faults.length < MAX_FAULTS) faults.push(fault)
      }
      if (base !== null && isGenuine('base', base) === false) {
        add({ sequence: base.sequence, fault: 'resealed' })
      }
      // Read first: what is appended while the chain is read lies behind it and is judged too.
      const head = await findPoint(database, 'head')
      let last: ChainPoint = base ?? CHAIN_START
      let rows = 0
      let beganAt = Number.POSITIVE_INFINITY
      for (;;) {
        const page = await listRows(database, { after: last.sequence, limit: PAGE })
        for (const row of page) {
          const fault = judgeRow(last, row, secrets)
          if (fault !== null) add(fault)
          last = row
          rows += 1
          beganAt = Math.min(beganAt, row.at)
        }
        if (page.length < PAGE) break
      }
      // What was forgotten has left a sealed note of it.
      if (base === null && begunBy !== null && beganAt > begunBy + CLOCK_TOLERANCE_SECONDS) {
        add({ sequence: 1, fault: 'emptied' })
      }
      const isCut =
        head !== null && (last.sequence < head.sequence || isGenuine('head', head) === false)
      if (isCut || (head === null && rows > 0)) add({ sequence: last.sequence + 1, fault: 'cut' })
      return { rows, head: { sequence: last.sequence, hash: last.hash }, faults }
    },

    async prune(before) {
      let pruned = 0
      for (;;) {
        const count = await database.transaction(async (tx) => {
          await holdOrMakeHead(tx)
          const base = (await findPoint(tx, 'base')) ?? CHAIN_START
          const last = await findLastBefore(tx, { before, after: base.sequence, limit: PAGE })
          if (last === null) return 0
          await insertPoint(tx, 'base', sealed('base', last))
          await setPoint(tx, 'base', sealed('base', last))
          await deleteRowsUpTo(tx, last.sequence)
          return last.sequence - base.sequence
        })
        pruned += count
        if (count < PAGE) return pruned
      }
    },
  }
}

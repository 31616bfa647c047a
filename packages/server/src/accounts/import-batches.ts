import { type Clock, epochSeconds } from '../clock.ts'
import type { FirebaseParameters } from './hashes/firebase-scrypt.ts'
import type { NumberedRow, Settled } from './import-fate.ts'
import { readLines } from './import-lines.ts'
import { parseImportRow } from './import-row.ts'
import { RowRefusal } from './row-refusal.ts'

/** So many rows are in one transaction: others wait for it some milliseconds, not seconds. */
const BATCH = 500

export interface ImportCounts {
  /** Lines with anything in them; the sum of all below. */
  rows: number
  imported: number
  /** There already, with what the row says. */
  existing: number
  /** There already with something else, and left alone. */
  skipped: number
  refused: number
  /** By name, those that did not exist. */
  rolesMade: string[]
}

export interface RefusedLine {
  readonly line: number
  readonly refusal: RowRefusal
}

export interface ImportOptions {
  readonly source: AsyncIterable<Uint8Array>
  readonly clock: Clock
  /** For rows with hashes of Firebase. */
  readonly firebase?: FirebaseParameters | null
  /** What becomes of a row whose address is there already with something else. */
  readonly differing?: 'refuse' | 'skip'
  /** Called in the order of lines, once the batch of the line is durable. */
  readonly onRefused?: (refused: RefusedLine) => void
  readonly onProgress?: (counts: Readonly<ImportCounts>) => void
}

/**
 * Reads and judges every line, and has `settle` decide batches of the rows that will do.
 * @throws what the source fails with, and what `settle` throws
 */
export async function settleRows(
  options: ImportOptions,
  settle: (rows: readonly NumberedRow[], now: number) => Promise<Settled>,
): Promise<ImportCounts> {
  const { source, clock, firebase = null, differing = 'refuse', onRefused, onProgress } = options
  const counts: ImportCounts = {
    rows: 0,
    imported: 0,
    existing: 0,
    skipped: 0,
    refused: 0,
    rolesMade: [],
  }
  const now = epochSeconds(clock)
  let rows: NumberedRow[] = []
  let refused: RefusedLine[] = []

  const finishBatch = async () => {
    const { fates, rolesMade } = await settle(rows, now)
    for (const [{ line }, fate] of fates) {
      if (!(fate instanceof RowRefusal)) counts[fate] += 1
      else if (fate.code === 'account_differs' && differing === 'skip') counts.skipped += 1
      else refused.push({ line, refusal: fate })
    }
    counts.rows += rows.length
    counts.refused += refused.length
    counts.rolesMade.push(...rolesMade.filter((role) => !counts.rolesMade.includes(role)))
    for (const one of refused.sort((a, b) => a.line - b.line)) onRefused?.(one)
    rows = []
    refused = []
    onProgress?.(counts)
  }

  for await (const { number, content } of readLines(source)) {
    try {
      if (content instanceof RowRefusal) throw content
      rows.push({ line: number, row: parseImportRow(content, { firebase, now }) })
    } catch (error) {
      if (!(error instanceof RowRefusal)) throw error
      refused.push({ line: number, refusal: error })
      counts.rows += 1
    }
    if (rows.length + refused.length === BATCH) await finishBatch()
  }
  await finishBatch()
  return counts
}

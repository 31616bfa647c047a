// Reads what the feed says (../protocol/feed.ts). Anything unexpected is refused: a revocation that
// was skipped because it was not understood would be a revoked token that is accepted.
import type { FeedPage, FeedPulse, RevocationEntry } from '../protocol/index.ts'

export interface Cursor {
  readonly epoch: string
  readonly sequence: number
}

/** @throws Error for anything but letters and digits, a dot and a whole number. */
export function parseCursor(text: unknown): Cursor {
  const match = typeof text === 'string' ? /^([A-Za-z0-9]+)\.(0|[1-9][0-9]*)$/.exec(text) : null
  const sequence = Number(match?.[2])
  if (match?.[1] === undefined || !Number.isSafeInteger(sequence)) throw unreadable('cursor')
  return { epoch: match[1], sequence }
}

/** @throws Error */
export function parsePage(text: string): FeedPage {
  const { cursor, entries, complete, reset } = parseObject(text)
  parseCursor(cursor)
  if (typeof cursor !== 'string' || typeof complete !== 'boolean') throw unreadable('page')
  if (reset !== undefined && typeof reset !== 'boolean') throw unreadable('page')
  if (!Array.isArray(entries)) throw unreadable('page')
  return { cursor, complete, reset: reset === true, entries: entries.map(parseEntry) }
}

/** @throws Error */
export function parsePulse(text: string): FeedPulse {
  const { head, readAfterMs, now } = parseObject(text)
  parseCursor(head)
  if (typeof head !== 'string' || !isTime(readAfterMs) || !isTime(now)) throw unreadable('pulse')
  return { head, readAfterMs, now }
}

function parseEntry(value: unknown): RevocationEntry {
  if (typeof value !== 'object' || value === null) throw unreadable('entry')
  const { kind, id, below, before, expiresAt } = value as Record<string, unknown>
  if (kind !== 'session' && kind !== 'token' && kind !== 'client' && kind !== 'key') {
    throw unreadable('entry')
  }
  if (typeof id !== 'string' || id === '') throw unreadable('entry')
  if (expiresAt !== null && !isTime(expiresAt)) throw unreadable('entry')
  if (below !== undefined && !isTime(below)) throw unreadable('entry')
  if (before !== undefined && !isTime(before)) throw unreadable('entry')
  return {
    kind,
    id,
    expiresAt,
    ...(below === undefined ? {} : { below }),
    ...(before === undefined ? {} : { before }),
  }
}

function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw unreadable('message')
  return value as Record<string, unknown>
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function unreadable(what: string): Error {
  return new Error(`The feed sent a ${what} that cannot be read`)
}

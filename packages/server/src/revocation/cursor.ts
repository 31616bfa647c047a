import { randomBytes } from 'node:crypto'

/** A place in the log. Sequences begin at 1; 0 is before the first entry. */
export interface Cursor {
  readonly epoch: string
  readonly sequence: number
}

const CURSOR = /^([A-Za-z0-9]{1,32})\.(0|[1-9]\d{0,14})$/

export function formatCursor(cursor: Cursor): string {
  return `${cursor.epoch}.${cursor.sequence}`
}

/** Null when the text is no cursor, such as the empty one of a follower that begins. */
export function parseCursor(text: string): Cursor | null {
  const match = CURSOR.exec(text)
  return match?.[1] === undefined ? null : { epoch: match[1], sequence: Number(match[2]) }
}

/** Names one life of the log: whoever followed another begins again. 64 random bits. */
export function createEpoch(): string {
  return randomBytes(8).toString('hex')
}

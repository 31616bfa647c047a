import { isUtf8 } from 'node:buffer'
import { RowRefusal } from './row-refusal.ts'

/** Ten times the longest row that makes sense. */
const MAX_LINE_BYTES = 65_536

const NEWLINE = 0x0a
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

export interface Line {
  /** From 1. */
  readonly number: number
  readonly content: string | RowRefusal
}

/**
 * The lines of a text that has anything in them. No more of the text than one line and one piece of
 * the source is in memory, whatever is in it.
 */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 0
  /** Of the line that has not ended yet; null while one that is too long is passed over. */
  let rest: Buffer | null = Buffer.alloc(0)
  for await (const piece of source) {
    let from = 0
    for (let to = piece.indexOf(NEWLINE); to !== -1; to = piece.indexOf(NEWLINE, from)) {
      number += 1
      const line = joined(rest, piece.subarray(from, to))
      const content = line === null ? tooLong() : decode(line, number)
      if (content !== '') yield { number, content }
      rest = Buffer.alloc(0)
      from = to + 1
    }
    rest = joined(rest, piece.subarray(from))
  }
  number += 1
  const content = rest === null ? tooLong() : decode(rest, number)
  if (content !== '') yield { number, content }
}

/** Null when it gets too long. */
function joined(rest: Buffer | null, more: Uint8Array): Buffer | null {
  if (rest === null || rest.length + more.length > MAX_LINE_BYTES) return null
  return Buffer.concat([rest, more])
}

/** Without white space around it, so that a line with nothing else is empty. */
function decode(line: Buffer, number: number): string | RowRefusal {
  if (number === 1 && line.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
    return new RowRefusal(
      'byte_order_mark',
      'the file begins with a byte order mark: save it as UTF-8 without one',
    )
  }
  if (!isUtf8(line)) return new RowRefusal('not_utf8', 'the line is not UTF-8')
  return line.toString().trim()
}

function tooLong(): RowRefusal {
  return new RowRefusal('line_too_long', `the line has more than ${MAX_LINE_BYTES / 1024} KiB`)
}

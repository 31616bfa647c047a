import type { Place, TokenExplanation } from '@signet/token/explain'
import { printable } from './messages.ts'
import { widthOf } from './wrap.ts'

export interface ExcerptOptions {
  readonly token: TokenExplanation
  /** The text that was explained. */
  readonly text: string
  readonly columns: number
}

/**
 * The line in which something is wrong and, below it, a caret under the very character. The JSON
 * that a part spells where the complaint is about that, and otherwise the text as it was given.
 */
export function excerptOf(
  place: Place,
  { token, text, columns }: ExcerptOptions,
): [line: string, caret: string] {
  const part = token.parts.find((one) => one.part === place.part)
  if (place.decoded !== null && typeof part?.text === 'string') {
    return cut({ text: part.text, ...place.decoded, columns })
  }
  return cut({ text, offset: place.offset, length: place.length, columns })
}

/** How much is shown before the place when not all fits. */
const BEFORE = 0.6

function cut(at: {
  text: string
  offset: number
  length: number
  columns: number
}): [line: string, caret: string] {
  const { text, offset, length, columns } = at
  const room = columns - 2
  const start = text.length <= room ? 0 : Math.max(0, offset - Math.floor(room * BEFORE))
  const end = Math.min(text.length, start + room)
  const open = start > 0 ? '…' : ''
  const close = end < text.length ? '…' : ''
  const markEnd = Math.min(offset + Math.max(length, 1), end)
  const before = open + oneLine(text.slice(start, offset))
  const marked = oneLine(text.slice(offset, markEnd))
  const line = before + marked + oneLine(text.slice(markEnd, end)) + close
  return [line, ' '.repeat(widthOf(before)) + '^'.repeat(Math.max(1, widthOf(marked)))]
}

/** Each character that cannot be shown as one that takes a column, so that carets stay below. */
function oneLine(text: string): string {
  return Array.from(text, (one) => (printable(one) !== one ? '·' : one)).join('')
}

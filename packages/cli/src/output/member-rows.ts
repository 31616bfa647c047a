import type { MemberExplanation } from '@signet/token/explain'
import { hidePrivate } from './hide-private.ts'
import { printable } from './messages.ts'
import type { Style } from './style.ts'
import { nameText, valueText } from './value-text.ts'
import { pad, widthOf, wrap } from './wrap.ts'

const INDENT = '  '
const MAX_NAME = 18
/** Values up to here stand in a column, with what they say beside them. */
const MAX_BESIDE = 26
interface Row {
  readonly name: string
  /** Empty for a moment: its words hold it. */
  readonly value: string
  readonly words: string
}

/** Header or claims, aligned: name, value, and what that says. */
export async function memberRows(
  members: readonly MemberExplanation[],
  style: Style,
): Promise<string[]> {
  const values = await hidePrivate(members)
  const rows = members.map((member, index) => rowOf({ ...member, value: values[index] ?? null }))
  const nameColumns = widest(
    rows.map(({ name }) => name),
    MAX_NAME,
  )
  const valueColumns = widest(
    rows.map(({ value }) => value),
    MAX_BESIDE,
  )
  return rows.flatMap((row) => {
    const [first = '', ...rest] = linesOf(row, { nameColumns, valueColumns, style })
    const label = style.bold(pad(row.name, nameColumns))
    const left = INDENT + ' '.repeat(nameColumns + 2)
    // A name that is too long for its column has a line of its own.
    const isWide = widthOf(row.name) > nameColumns
    const start = isWide ? [`${INDENT}${label}`, left + first] : [`${INDENT}${label}  ${first}`]
    return [...start, ...rest.map((line) => left + line)].map((line) => line.trimEnd())
  })
}

function linesOf(
  { value, words }: Row,
  at: { nameColumns: number; valueColumns: number; style: Style },
): string[] {
  const { nameColumns, valueColumns, style } = at
  const room = style.columns - INDENT.length - nameColumns - 2
  if (value === '') return wrap(words, room)
  if (widthOf(value) > valueColumns && widthOf(value) + 2 + widthOf(words) <= room) {
    return [`${value}  ${style.dim(words)}`]
  }
  const said = wrap(words, room - valueColumns - 2).map(style.dim)
  const below = ' '.repeat(valueColumns + 2)
  if (widthOf(value) > valueColumns) {
    return [...wrap(value, room), ...said.map((line) => below + line)]
  }
  return said.map((line, index) =>
    index === 0 ? `${pad(value, valueColumns)}  ${line}` : below + line,
  )
}

/** The width of the widest text that is not above the limit. */
function widest(texts: readonly string[], limit: number): number {
  return Math.max(4, ...texts.map(widthOf).filter((width) => width <= limit))
}

function rowOf({ name, value, words, time, private: kind }: MemberExplanation): Row {
  return {
    name: nameText(name),
    value: time !== null ? '' : valueText(value, kind),
    words: firstSentence(printable(words)),
  }
}

/** What follows is general, the same for every token, and in --json. */
function firstSentence(words: string): string {
  return words.replace(/\. [A-Z][\s\S]*$/, '').replace(/\.$/, '')
}

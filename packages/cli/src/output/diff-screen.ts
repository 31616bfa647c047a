import type { MemberChange, PrivateKind, TokenDiff } from '@signet/token/explain'
import { hidePrivate } from './hide-private.ts'
import { printable } from './messages.ts'
import type { Paint, Style } from './style.ts'
import { nameText, valueText } from './value-text.ts'
import { pad, widthOf, wrap } from './wrap.ts'

const MAX_NAME = 18

export interface DiffScreen {
  /** What is private in either token, by the name of the member. */
  readonly kinds: ReadonlyMap<string, PrivateKind>
  readonly style: Style
}

export async function diffScreen(diff: TokenDiff, screen: DiffScreen): Promise<string> {
  const { words } = diff
  const { style } = screen
  const [header, claims] = await Promise.all([diff.header, diff.claims].map(withoutPrivate))
  const blocks = [
    words.flatMap((one) => wrap(printable(one), style.columns)),
    section('Header', header ?? [], screen),
    section('Claims', claims ?? [], screen),
  ]
  const filled = blocks.filter((block) => block.length > 0)
  return `${filled.map((block) => block.join('\n')).join('\n\n')}\n`
}

function withoutPrivate(changes: readonly MemberChange[]): Promise<MemberChange[]> {
  return Promise.all(
    changes.map(async (change) => {
      const { name, before, after, added, removed } = change
      const sides = [before, after, added, removed].map((value) => ({ name, value }))
      const [old = null, recent = null, more, less] = await hidePrivate(sides)
      const lists = {
        added: Array.isArray(more) ? more : [],
        removed: Array.isArray(less) ? less : [],
      }
      return { ...change, before: old, after: recent, ...lists }
    }),
  )
}

function section(title: string, changes: readonly MemberChange[], screen: DiffScreen): string[] {
  if (changes.length === 0) return []
  const widths = changes.map(({ name }) => widthOf(nameText(name)))
  const column = Math.min(Math.max(...widths), MAX_NAME)
  const rows = changes.flatMap((change) => changeRows(change, { column, screen }))
  return [screen.style.bold(title), ...rows]
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const

function changeRows(
  change: MemberChange,
  { column, screen: { kinds, style } }: { column: number; screen: DiffScreen },
): string[] {
  const paints = { added: style.good, removed: style.bad, changed: style.odd }
  const indent = ' '.repeat(4 + column + 2)
  const columns = style.columns - indent.length - 2
  const kind = kinds.get(change.name) ?? null
  const name = nameText(change.name)
  const sign = paints[change.change](SIGNS[change.change])
  const line = `  ${sign} ${style.bold(pad(name, column))}  ${printable(change.words)}`
  const values = (list: readonly MemberChange['before'][], mark: string, paint: Paint) =>
    list.flatMap((value) =>
      wrap(valueText(value, kind), columns).map(
        (text, row) => `${indent}${paint(`${row === 0 ? mark : ' '} ${text}`)}`,
      ),
    )
  const { removed, added } = valuesOf(change)
  return [line, ...values(removed, '-', style.bad), ...values(added, '+', style.good)]
}

/** What to show below: of lists only what differs, of times nothing, since the words say it. */
function valuesOf({ change, before, after, added, removed, words }: MemberChange) {
  if (change === 'added') return { removed: [], added: [after] }
  if (change === 'removed') return { removed: [before], added: [] }
  const isList = added.length + removed.length > 0
  if (isList || /(later|earlier)$/.test(words)) return { removed, added }
  return { removed: [before], added: [after] }
}

// What `signet doctor` found on one screen: a line for each check, and below those that are not well
// what to do.
import {
  ALL_CHECKS,
  type Area,
  CHECKS,
  type Check,
  type Result,
  type Status,
  verdictOf,
} from '../doctor/results.ts'
import { printable } from './messages.ts'
import { plural } from './plural.ts'
import type { Paint, Style } from './style.ts'
import { pad, wrap } from './wrap.ts'

const STATUS_COLUMNS = 'problem'.length
const CHECK_COLUMNS = Math.max(...ALL_CHECKS.map((check) => check.length))
const LEFT = 2 + STATUS_COLUMNS + 2 + CHECK_COLUMNS + 2

const TITLES: Record<Area, (issuer: string | null) => string> = {
  inside: () => 'Inside',
  outside: (issuer) => `Outside${issuer === null ? '' : `, at ${printable(issuer)}`}`,
}

export function doctorScreen(
  results: readonly Result[],
  { issuer, style }: { issuer: string | null; style: Style },
): string {
  const sections = (['inside', 'outside'] as const).map((area) => {
    const names: readonly string[] = CHECKS[area]
    const rows = results.filter(({ check }) => names.includes(check))
    return rows.length === 0
      ? []
      : [style.bold(TITLES[area](issuer)), ...folded(rows).flatMap((row) => rowsOf(row, style))]
  })
  const blocks = [...sections.filter((lines) => lines.length > 0), [sumOf(results, style)]]
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

interface Row extends Result {
  /** Checks behind it of which the same is to be said. */
  readonly alike: readonly Check[]
}

/** What is the same for several checks in a row is said once, and what to do behind the last. */
function folded(results: readonly Result[]): Row[] {
  const rows: Row[] = []
  for (const result of results) {
    const last = rows.at(-1)
    if (last?.status === 'skipped' && result.status === 'skipped' && last.words === result.words) {
      rows[rows.length - 1] = { ...last, alike: [...last.alike, result.check] }
      continue
    }
    if (last !== undefined && last.finding !== null && last.finding === result.finding) {
      rows[rows.length - 1] = { ...last, remedy: null }
    }
    rows.push({ ...result, alike: [] })
  }
  return rows
}

function rowsOf({ check, status, words, finding, remedy, alike }: Row, style: Style): string[] {
  const columns = style.columns - LEFT
  const [first = '', ...rest] = wrap(sentence(printable(words)), columns)
  const same = alike.length === 0 ? [] : wrap(`The same for ${alike.join(', ')}`, columns)
  const advice = remedy === null ? [] : wrap(`${remedy} [${finding}]`, columns)
  const paint = paintOf(status, style)
  const said = status === 'skipped' ? style.dim : plain
  const head = `  ${paint(pad(status, STATUS_COLUMNS))}  ${pad(check, CHECK_COLUMNS)}  ${said(first)}`
  const below = [...rest.map(said), ...[...same, ...advice].map(style.dim)]
  return [head, ...below.map((line) => ' '.repeat(LEFT) + line)]
}

const plain: Paint = (text) => text

function paintOf(status: Status, style: Style): Paint {
  return { ok: style.good, warning: style.odd, problem: style.bad, skipped: style.dim }[status]
}

function sumOf(results: readonly Result[], style: Style): string {
  const counts = (['problem', 'warning', 'ok', 'skipped'] as const).flatMap((status) => {
    const count = results.filter((result) => result.status === status).length
    const isNoun = status === 'problem' || status === 'warning'
    return count === 0 ? [] : [isNoun ? plural(count, status) : `${count} ${status}`]
  })
  return paintOf(verdictOf(results), style)(counts.join(', '))
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

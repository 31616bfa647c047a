import type { Finding, Severity, TokenExplanation } from '@signet/token/explain'
import { excerptOf } from './excerpt.ts'
import { printable } from './messages.ts'
import type { Paint, Style } from './style.ts'
import { nameText } from './value-text.ts'
import { wrap } from './wrap.ts'

const SIGNS: Record<Severity, string> = { error: 'error  ', warning: 'warning', info: 'remark ' }
const INDENT = ' '.repeat(11)

export interface FindingSetting {
  /** The text that was explained. */
  readonly text: string
  readonly style: Style
  /** Null for findings that are about no token. */
  readonly token: TokenExplanation | null
}

/** What was found, where, and what to do about it. Why it matters is in --json. */
export function findingRows(findings: readonly Finding[], setting: FindingSetting): string[] {
  const { style } = setting
  const columns = style.columns - INDENT.length
  return findings.flatMap((finding) => {
    const { id, severity, title, detail, remedy, reference, path } = finding
    const paint = { error: style.bad, warning: style.odd, info: style.dim }[severity]
    const where = path === null ? '' : ` (${nameText(path)})`
    const [first = '', ...rest] = wrap(printable(title) + where, columns)
    const body = [
      ...rest,
      ...(detail === null ? [] : wrap(printable(detail), columns)),
      ...excerptRows(finding, { ...setting, columns, paint }),
      ...wrap(`${printable(remedy)} [${id}; ${reference}]`, columns).map(style.dim),
    ]
    return [`  ${paint(SIGNS[severity])}  ${first}`, ...body.map((line) => INDENT + line)]
  })
}

/** For what is wrong with the form: the very character. */
function excerptRows(
  { area, place }: Finding,
  { token, text, columns, paint }: FindingSetting & { columns: number; paint: Paint },
): string[] {
  if (area !== 'form' || place === null || token === null) return []
  const [line, caret] = excerptOf(place, { token, text: text.trimEnd(), columns })
  return [line, paint(caret)]
}

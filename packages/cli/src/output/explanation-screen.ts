// An explanation on one screen: what it is, three verdicts, header, claims, what is wrong. Whatever
// comes out of a token passes through printable(): a claim must not write on somebody's terminal.
import type {
  Explanation,
  Finding,
  Grade,
  KeySetExplanation,
  PolicyFinding,
  Severity,
  SignatureVerdict,
  TokenExplanation,
} from '@signet/token/explain'
import { excerptOf } from './excerpt.ts'
import { memberRows } from './member-rows.ts'
import { printable } from './messages.ts'
import type { Paint, Style } from './style.ts'
import { pad, widthOf, wrap } from './wrap.ts'

interface Screen {
  /** The text that was explained. */
  readonly text: string
  readonly style: Style
}

export function explanationScreen(explanation: Explanation, screen: Screen): string {
  const { input, tokens, keySet } = explanation
  const { style } = screen
  const isPlain =
    input.findings.length === 0 &&
    (keySet === null ? tokens.length === 1 && tokens[0]?.source === null : tokens.length === 0)
  const blocks: string[][] = []
  if (!isPlain)
    blocks.push(paragraph(input.words, style), findingRows(input.findings, { screen, token: null }))
  blocks.push(input.notes.flatMap((note) => paragraph(note, style)))
  for (const [index, token] of tokens.entries()) {
    if (tokens.length > 1) {
      const source = token.source === null ? '' : `: ${printable(token.source)}`
      blocks.push([style.bold(`${index + 1} of ${tokens.length}${source}`)])
    }
    blocks.push(...tokenBlocks(token, screen))
  }
  if (keySet !== null) blocks.push(...keySetBlocks(keySet, screen))
  const filled = blocks.filter((block) => block.length > 0)
  return `${filled.map((block) => block.join('\n')).join('\n\n')}\n`
}

function tokenBlocks(token: TokenExplanation, screen: Screen): string[][] {
  const { style } = screen
  const opening = paragraph(token.words + vendorWords(token), style)
  // Nothing can be told of what nobody can read, not even that it is well-formed.
  if (token.kind === 'opaque') return [opening]
  return [
    opening,
    verdictRows(token, style),
    section('Header', memberRows(token.header, style), style),
    section('Claims', memberRows(token.claims, style), style),
    section('Findings', findingRows(token.findings, { screen, token }), style),
  ]
}

function vendorWords({ vendor }: TokenExplanation): string {
  return vendor === null ? '' : ` It looks like one of ${vendor.name} (by ${vendor.by}).`
}

function keySetBlocks({ words, keys, findings, grade }: KeySetExplanation, screen: Screen) {
  const { style } = screen
  const names = keys.map(({ kid }) => printable(kid ?? '(no kid)'))
  const column = Math.max(...names.map(widthOf))
  const rows = keys.flatMap(({ words: said }, index) => {
    const lines = wrap(printable(said).replace(/\.$/, ''), Math.max(20, style.columns - column - 4))
    return lines.map(
      (line, row) => `  ${pad(row === 0 ? (names[index] ?? '') : '', column)}  ${line}`,
    )
  })
  return [
    [...paragraph(words, style), gradeRow(grade, findings, style)],
    section('Keys', rows, style),
    section('Findings', findingRows(findings, { screen, token: null }), style),
  ]
}

function section(title: string, rows: readonly string[], style: Style): string[] {
  return rows.length === 0 ? [] : [style.bold(title), ...rows]
}

const LABEL = 'Well-formed  '.length

/** Three answers to three questions, never one word for all of them. */
function verdictRows({ verdicts, findings, grade }: TokenExplanation, style: Style): string[] {
  const { wellFormed, signature, policy } = verdicts
  const judged: [label: string, words: string, paint: Paint][] = [
    [
      'Well-formed',
      `${wellFormed.is ? 'Yes' : 'No'}. ${wellFormed.why}`,
      wellFormed.is ? style.good : style.bad,
    ],
    ['Signature', signature.words, signaturePaint(signature, style)],
    ['Your policy', policy.why, policyPaint(policy, style)],
  ]
  const rows = judged.flatMap(([label, words, paint]) =>
    labelled({ label, words, paint, columns: style.columns }),
  )
  return grade === null ? rows : [...rows, gradeRow(grade, findings, style)]
}

function signaturePaint({ checked, keyFrom }: SignatureVerdict, style: Style): Paint {
  if (checked === 'fails') return style.bad
  return checked === 'holds' && keyFrom !== 'token' ? style.good : style.odd
}

function policyPaint({ outcome }: PolicyFinding, style: Style): Paint {
  if (outcome === 'not-asked') return style.odd
  return outcome === 'accepted' ? style.good : style.bad
}

function labelled(judged: {
  label: string
  words: string
  paint: Paint
  columns: number
}): string[] {
  const { label, words, paint, columns } = judged
  const lines = wrap(printable(words), columns - LABEL)
  return lines.map((line, row) => pad(row === 0 ? label : '', LABEL) + paint(line))
}

function gradeRow(grade: Grade, findings: readonly Finding[], style: Style): string {
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [COUNTED[severity](count)]
  })
  const paint = grade === 'A' ? style.good : grade === 'F' ? style.bad : style.odd
  return `${pad('Grade', LABEL)}${paint(grade)}  ${counts.join(', ') || 'nothing was found'}`
}

const COUNTED: Record<Severity, (count: number) => string> = {
  error: (count) => (count === 1 ? '1 error' : `${count} errors`),
  warning: (count) => (count === 1 ? '1 warning' : `${count} warnings`),
  info: (count) => (count === 1 ? '1 remark' : `${count} remarks`),
}

const SIGNS: Record<Severity, string> = { error: 'error  ', warning: 'warning', info: 'remark ' }

function findingRows(
  findings: readonly Finding[],
  { screen: { text, style }, token }: { screen: Screen; token: TokenExplanation | null },
): string[] {
  const indent = ' '.repeat(11)
  const columns = style.columns - indent.length
  return findings.flatMap((finding) => {
    const { severity, title, detail, remedy, reference, path, place, area } = finding
    const paint = { error: style.bad, warning: style.odd, info: style.dim }[severity]
    const where = path === null ? '' : ` (${printable(path)})`
    const [first = '', ...rest] = wrap(`${printable(title)}${where}`, columns)
    const body = [
      ...rest,
      ...(detail === null ? [] : wrap(printable(detail), columns)),
      ...(token === null || place === null || area !== 'form'
        ? []
        : excerptOf(place, { token, text: text.trimEnd(), columns }).map((line, row) =>
            row === 1 ? paint(line) : line,
          )),
      ...wrap(`${printable(remedy)} [${finding.id}; ${reference}]`, columns).map(style.dim),
    ]
    return [`  ${paint(SIGNS[severity])}  ${first}`, ...body.map((line) => indent + line)]
  })
}

function paragraph(words: string, { columns }: Style): string[] {
  return wrap(printable(words), columns)
}

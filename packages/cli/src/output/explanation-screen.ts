// An explanation on one screen: what it is, three verdicts, header, claims, what is wrong. Whatever
// comes out of a token passes through printable(): a claim must not write on somebody's terminal.
import type { Explanation, KeySetExplanation, TokenExplanation } from '@signet/token/explain'
import { findingRows } from './finding-rows.ts'
import { memberRows } from './member-rows.ts'
import { printable } from './messages.ts'
import type { Style } from './style.ts'
import { nameText } from './value-text.ts'
import { type Graded, gradeRows, verdictRows } from './verdict-rows.ts'
import { pad, widthOf, wrap } from './wrap.ts'

interface Screen {
  /** The text that was explained. */
  readonly text: string
  readonly style: Style
}

export async function explanationScreen(explanation: Explanation, screen: Screen): Promise<string> {
  const { input, tokens, keySet } = explanation
  const { style } = screen
  const isPlain =
    input.findings.length === 0 &&
    (keySet === null ? tokens.length === 1 && tokens[0]?.source === null : tokens.length === 0)
  const blocks: string[][] = []
  if (!isPlain) {
    blocks.push(
      paragraph(input.words, style),
      findingRows(input.findings, { ...screen, token: null }),
    )
  }
  const whole = wholeOf(explanation)
  const graded = [...tokens, ...(keySet === null ? [] : [keySet])].filter(
    ({ grade }) => grade !== null,
  )
  const isOne = graded.length === 1
  if (!isOne) blocks.push(gradeRows(whole, style))
  const gradedOf = ({ grade, findings }: Pick<Graded, 'grade' | 'findings'>): Graded =>
    isOne && grade !== null ? whole : { label: 'Its grade', grade, findings }
  blocks.push(input.notes.flatMap((note) => paragraph(note, style)))
  for (const [index, token] of tokens.entries()) {
    if (tokens.length > 1) {
      const source = token.source === null ? '' : `: ${nameText(token.source)}`
      blocks.push([style.bold(`${index + 1} of ${tokens.length}${source}`)])
    }
    blocks.push(...(await tokenBlocks(token, { ...screen, graded: gradedOf(token) })))
  }
  if (keySet !== null) blocks.push(...keySetBlocks(keySet, { ...screen, graded: gradedOf(keySet) }))
  const filled = blocks.filter((block) => block.length > 0)
  return `${filled.map((block) => block.join('\n')).join('\n\n')}\n`
}

/** All that was found, with the wrapping: a good token in a bad place is no A. */
function wholeOf({ grade, input, tokens, keySet }: Explanation): Graded {
  const parts = [input, ...tokens, ...(keySet === null ? [] : [keySet])]
  return { label: 'Grade', grade, findings: parts.flatMap(({ findings }) => findings) }
}

interface Part extends Screen {
  readonly graded: Graded
}

async function tokenBlocks(token: TokenExplanation, screen: Part): Promise<string[][]> {
  const { style, graded } = screen
  const opening = paragraph(token.words + vendorWords(token), style)
  // Nothing can be told of what nobody can read, not even that it is well-formed.
  if (token.kind === 'opaque') return [opening]
  return [
    opening,
    [...verdictRows(token, style), ...gradeRows(graded, style)],
    section('Header', await memberRows(token.header, style), style),
    section('Claims', await memberRows(token.claims, style), style),
    section('Findings', findingRows(token.findings, { ...screen, token }), style),
  ]
}

function vendorWords({ vendor }: TokenExplanation): string {
  return vendor === null ? '' : ` It looks like one of ${vendor.name} (by ${vendor.by}).`
}

function keySetBlocks({ words, keys, findings }: KeySetExplanation, screen: Part) {
  const { style, graded } = screen
  const names = keys.map(({ kid }) => (kid === null ? '(no kid)' : nameText(kid)))
  const column = Math.max(...names.map(widthOf))
  const rows = keys.flatMap(({ words: said }, index) => {
    const lines = wrap(printable(said).replace(/\.$/, ''), Math.max(20, style.columns - column - 4))
    return lines.map(
      (line, row) => `  ${pad(row === 0 ? (names[index] ?? '') : '', column)}  ${line}`,
    )
  })
  return [
    [...paragraph(words, style), ...gradeRows(graded, style)],
    section('Keys', rows, style),
    section('Findings', findingRows(findings, { ...screen, token: null }), style),
  ]
}

function section(title: string, rows: readonly string[], style: Style): string[] {
  return rows.length === 0 ? [] : [style.bold(title), ...rows]
}

function paragraph(words: string, { columns }: Style): string[] {
  return wrap(printable(words), columns)
}

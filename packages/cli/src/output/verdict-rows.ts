import type {
  Finding,
  Grade,
  PolicyFinding,
  Severity,
  SignatureVerdict,
  TokenExplanation,
} from '@signet/token/explain'
import { printable } from './messages.ts'
import type { Paint, Style } from './style.ts'
import { pad, wrap } from './wrap.ts'

const LABEL = 'Well-formed  '.length

/** Three answers to three questions, never one word for all of them. */
export function verdictRows(token: TokenExplanation, style: Style): string[] {
  const { wellFormed, signature, policy } = token.verdicts
  const judged: [label: string, words: string, paint: Paint][] = [
    [
      'Well-formed',
      `${wellFormed.is ? 'Yes' : 'No'}. ${wellFormed.why}`,
      wellFormed.is ? plain : style.bad,
    ],
    ['Signature', signature.words, signaturePaint(signature, style)],
    ['Your policy', policy.why, policyPaint(policy, style)],
  ]
  return judged.flatMap(([label, words, paint]) =>
    labelled({ label, words, paint, columns: style.columns }),
  )
}

/** Green is for what somebody vouches for. */
const plain: Paint = (text) => text

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

export interface Graded {
  readonly label: 'Grade' | 'Its grade'
  /** Null for what cannot be looked into: there is no row then. */
  readonly grade: Grade | null
  readonly findings: readonly Finding[]
}

export function gradeRows({ label, grade, findings }: Graded, style: Style): string[] {
  if (grade === null) return []
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [COUNTED[severity](count)]
  })
  const paint = grade === 'A' ? style.good : grade === 'F' ? style.bad : style.odd
  return [`${pad(label, LABEL)}${paint(grade)}  ${counts.join(', ') || 'nothing was found'}`]
}

const COUNTED: Record<Severity, (count: number) => string> = {
  error: (count) => (count === 1 ? '1 error' : `${count} errors`),
  warning: (count) => (count === 1 ? '1 warning' : `${count} warnings`),
  info: (count) => (count === 1 ? '1 remark' : `${count} remarks`),
}

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
  const { verdicts, findings, grade } = token
  const { wellFormed, signature, policy } = verdicts
  const judged: [label: string, words: string, paint: Paint][] = [
    [
      'Well-formed',
      `${wellFormed.is ? 'Yes' : 'No'}. ${wellFormed.why}`,
      wellFormed.is ? plain : style.bad,
    ],
    ['Signature', signature.words, signaturePaint(signature, style)],
    ['Your policy', policy.why, policyPaint(policy, style)],
  ]
  const rows = judged.flatMap(([label, words, paint]) =>
    labelled({ label, words, paint, columns: style.columns }),
  )
  return grade === null ? rows : [...rows, gradeRow(grade, findings, style)]
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

export function gradeRow(grade: Grade, findings: readonly Finding[], style: Style): string {
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

import type { InputForm } from '../explanation.ts'
import type { Recognised } from '../input/collection.ts'
import { createFreeRanges } from './free-ranges.ts'
import type { Span } from './spans.ts'

const SCANNED_FORMS: readonly InputForm[] = ['text', 'unknown']
/** Long, of letters and digits: keys look so, and so do ids. */
const LONG_WORD = /[\w+/=-]{24,}/g
const MAX_LINES = 5

interface Replacing {
  readonly spans: readonly Span[]
  readonly hasScanned: boolean
}

/** What `redact` did not understand, and where somebody should look before the copy is sent. */
export function listWarnings(
  { form, whole, json }: Recognised,
  { spans, hasScanned }: Replacing,
): readonly string[] {
  const warnings: string[] = []
  const isScanned = (SCANNED_FORMS.includes(form) && json === null) || hasScanned
  const isAlone = spans.length > 0 && !/[A-Za-z0-9]/.test(outside(whole.text, spans))
  if (isScanned && !isAlone) {
    warnings.push(
      'The text around was only scanned for the names and the looks of secrets: read it before you send it.',
    )
  }
  const lines = listSuspectLines(whole.text, spans)
  if (lines.length > 0) {
    const shown = lines.slice(0, MAX_LINES).join(', ')
    const more = lines.length > MAX_LINES ? ' and others' : ''
    const where = `${lines.length === 1 ? 'line' : 'lines'} ${shown}${more}`
    warnings.push(`What may be a key or an id was left on ${where}.`)
  }
  return warnings
}

function outside(text: string, spans: readonly Span[]): string {
  const freeOf = createFreeRanges(spans)
  return freeOf({ start: 0, end: text.length })
    .map(({ start, end }) => text.slice(start, end))
    .join(' ')
}

function listSuspectLines(text: string, spans: readonly Span[]): readonly number[] {
  const freeOf = createFreeRanges(spans)
  const lines = new Set<number>()
  let line = 1
  let counted = 0
  for (const { start, end } of freeOf({ start: 0, end: text.length })) {
    for (const match of text.slice(start, end).matchAll(LONG_WORD)) {
      const [word] = match
      if (!/\d/.test(word) || !/[A-Za-z]/.test(word)) continue
      const at = start + match.index
      for (; counted < at; counted++) if (text[counted] === '\n') line++
      lines.add(line)
    }
  }
  return [...lines]
}

// What stands in a JSON answer beside the tokens: the person, and numbers of private keys.
import type { Recognised } from '../input/collection.ts'
import { originOf } from '../input/excerpt.ts'
import { withoutQuotes } from '../input/fields.ts'
import { PRIVATE_MEMBERS } from '../keys/key-context.ts'
import { privateKindOf } from '../privacy/private-content.ts'
import type { JsonNode } from '../read/json.ts'
import type { Redacting } from './redact-value.ts'
import type { Span } from './spans.ts'

const KEY_MEMBERS = [...PRIVATE_MEMBERS, 'k']

export function listJsonSpans({ json, whole }: Recognised, redacting: Redacting): readonly Span[] {
  if (json === null) return []
  const spans: Span[] = []
  // The JSON text begins where its wrapping ends.
  const shift = originOf(withoutQuotes(whole), 0)
  visit(json, { name: null, shift, spans, redacting })
  return spans
}

interface Visit {
  readonly name: string | null
  readonly shift: number
  readonly spans: Span[]
  readonly redacting: Redacting
}

function visit(node: JsonNode, { name, shift, spans, redacting }: Visit): void {
  const { value, members, items } = node
  const isKey = members?.some((member) => member.name === 'kty') === true
  for (const member of members ?? []) {
    const isNumber = isKey && KEY_MEMBERS.includes(member.name)
    const { start, end } = member.node
    if (isNumber) {
      redacting.placeholders.count('private-key')
      spans.push({ start: start + shift, end: end + shift, text: '"redacted"' })
    } else {
      visit(member.node, { name: member.name, shift, spans, redacting })
    }
  }
  for (const item of items ?? []) visit(item, { name, shift, spans, redacting })
  if (typeof value !== 'string' && typeof value !== 'number') return
  const kind = privateKindOf(name, value)
  if (kind === null || kind === 'token') return
  const text = JSON.stringify(redacting.placeholders.of(kind, value))
  spans.push({ start: node.start + shift, end: node.end + shift, text })
}

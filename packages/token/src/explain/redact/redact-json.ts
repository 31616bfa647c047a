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

export function listJsonSpans(
  { json, joined, secrets }: Recognised,
  redacting: Redacting,
): readonly Span[] {
  if (json === null) return []
  const spans: Span[] = []
  // The JSON text begins where its wrapping ends.
  const shift = originOf(withoutQuotes(joined), 0)
  // Of texts, without their quotes: what is replaced as a secret already.
  const taken = new Set(secrets.map(({ excerpt }) => originOf(excerpt, 0) - 1))
  visit(json, { name: null, shift, spans, redacting, taken })
  return spans
}

interface Visit {
  readonly name: string | null
  readonly shift: number
  readonly spans: Span[]
  readonly redacting: Redacting
  readonly taken: ReadonlySet<number>
}

function visit(node: JsonNode, context: Visit): void {
  const { name, shift, spans, redacting, taken } = context
  const { value, members, items } = node
  const isKey = members?.some((member) => member.name === 'kty') === true
  for (const member of members ?? []) {
    const isNumber = isKey && KEY_MEMBERS.includes(member.name)
    const { start, end } = member.node
    if (isNumber) {
      redacting.placeholders.count('private-key')
      spans.push({ start: start + shift, end: end + shift, text: '"redacted"' })
    } else {
      visit(member.node, { ...context, name: member.name })
    }
  }
  for (const item of items ?? []) visit(item, context)
  if (typeof value !== 'string' && typeof value !== 'number') return
  const kind = privateKindOf(name, value)
  if (kind === null || kind === 'token' || taken.has(node.start + shift)) return
  const text = JSON.stringify(redacting.placeholders.of(kind, value))
  spans.push({ start: node.start + shift, end: node.end + shift, text })
}

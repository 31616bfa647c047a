// JSON and forms: answers of token endpoints, bodies of requests.
import { type JsonNode, readJson } from '../read/json.ts'
import type { Collection } from './collection.ts'
import { type Excerpt, sliceExcerpt, trimExcerpt } from './excerpt.ts'
import { collectField, collectForm } from './fields.ts'

/** Answers that wrap the tokens in `data` or `session` are common; deeper ones are not. */
const MAX_DEPTH = 4

export function looksLikeJson(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[')
}

/** True when a token or a secret was there. */
export function collectBody(collection: Collection, body: Excerpt): boolean {
  const text = trimExcerpt(body)
  if (!looksLikeJson(text.text)) return collectForm(collection, text, 'body')
  const { root } = readJson(text.text)
  return root !== null && collectMembers(collection, { text, node: root, depth: 0 })
}

interface Level {
  readonly text: Excerpt
  readonly node: JsonNode
  readonly depth: number
}

export function collectMembers(collection: Collection, { text, node, depth }: Level): boolean {
  if (depth > MAX_DEPTH) return false
  let found = false
  for (const { name, node: child } of node.members ?? []) {
    // Numbers that doubles do not hold are texts without quotes.
    if (typeof child.value === 'string' && text.text[child.start] === '"') {
      const value = sliceExcerpt(text, child.start + 1, child.end - 1)
      found = collectField(collection, { name, value, carrier: 'body' }) || found
    } else {
      found = collectMembers(collection, { text, node: child, depth: depth + 1 }) || found
    }
  }
  for (const child of node.items ?? []) {
    found = collectMembers(collection, { text, node: child, depth: depth + 1 }) || found
  }
  return found
}

import type { JsonValue, Place, TokenKind, Vendor } from './explanation.ts'
import type { PrivateContent } from './privacy/private-content.ts'
import type { JsonNode } from './read/json.ts'
import type { JsonObject, ReadToken } from './read/token.ts'

/** What rules and words about one token may look at. */
export interface TokenContext {
  readonly token: ReadToken
  readonly kind: TokenKind
  readonly vendor: Vendor | null
  readonly now: number
  readonly privateContent: readonly PrivateContent[]
}

/** The text a member holds, or null. */
export function findText(object: JsonObject | null, name: string): string | null {
  const value = object?.[name]
  return typeof value === 'string' ? value : null
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where a member stands, by part and the way from there; its nearest known ancestor's otherwise. */
export function findPlace(
  token: ReadToken,
  [name, ...steps]: readonly (string | number)[],
): Place | null {
  const part = token.parts.find((one) => one.part === name)
  if (part === undefined) return null
  const root = part.json?.root
  // What is missing from a part has no place in it; bytes are looked at as a whole.
  if (steps.length === 0) return part.json === null ? part.placeOf(0, 0) : null
  if (root === null || root === undefined) return null
  let node: JsonNode = root
  let place: Place | null = null
  for (const step of steps) {
    const member = node.members?.findLast((one) => one.name === step)
    const next = typeof step === 'number' ? node.items?.[step] : member?.node
    if (next === undefined) break
    node = next
    place = part.placeOf(member?.start ?? node.start, node.end)
  }
  return place
}

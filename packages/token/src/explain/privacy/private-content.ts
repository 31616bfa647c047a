import { isObject } from '../context.ts'
import type { JsonValue, PrivateKind } from '../explanation.ts'
import type { ReadToken } from '../read/token.ts'
import { privateKindOfName } from './private-names.ts'
import { privateKindOfValue } from './private-values.ts'

export interface PrivateContent {
  readonly kind: PrivateKind
  readonly path: readonly (string | number)[]
}

const PRIVATE_KEY_MEMBERS = ['d', 'k']

/** All of it, with the way there; the values stay where they are. */
export function findPrivateContent({ header, claims }: ReadToken): readonly PrivateContent[] {
  const found: PrivateContent[] = []
  // Keys in the header are the business of other rules.
  const { jwk: _jwk, x5c: _x5c, epk: _epk, ...rest } = header ?? {}
  visit(rest, { path: ['header'], found })
  visit(claims, { path: ['payload'], found })
  return found
}

/** Of one value under one name, without looking into it. */
export function privateKindOf(name: string | null, value: JsonValue): PrivateKind | null {
  if (typeof value === 'boolean' || value === null) return null
  const byValue = typeof value === 'object' ? null : privateKindOfValue(value)
  if (isPrivateKey(value)) return 'private-key'
  const byName = name === null || value === '' ? null : privateKindOfName(name)
  return byName ?? byValue
}

interface Visit {
  readonly path: readonly (string | number)[]
  readonly found: PrivateContent[]
}

function visit(value: JsonValue, { path, found }: Visit): void {
  const name = path.findLast((step) => typeof step === 'string') ?? null
  const kind = path.length < 2 ? null : privateKindOf(name, value)
  if (kind !== null) {
    found.push({ kind, path })
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, { path: [...path, index], found })
  } else if (isObject(value)) {
    for (const [inner, item] of Object.entries(value)) {
      visit(item, { path: [...path, inner], found })
    }
  }
}

function isPrivateKey(value: JsonValue): boolean {
  return (
    isObject(value) &&
    typeof value['kty'] === 'string' &&
    PRIVATE_KEY_MEMBERS.some((name) => typeof value[name] === 'string')
  )
}

import type { JsonValue, PrivateKind } from '../explanation.ts'

export type PlaceholderKind = PrivateKind | 'id' | 'url' | 'text' | 'number' | 'cookie'

/**
 * One name for one value throughout a text: who reads it still sees what is equal to what, and
 * what kind of thing it was.
 */
export interface Placeholders {
  of(kind: PlaceholderKind, value: string | number): string
  /** How many values were replaced, repetitions included. */
  readonly counts: ReadonlyMap<string, number>
  count(kind: string): void
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** `auth0|…`, `ses_…`: who made the id is worth seeing. */
const PREFIXED_ID = /^([a-z][a-z0-9-]{1,19}[_|])[\w-]{6,}$/
const MAX_DAY = 28
const MAX_LAST_BYTE = 254

export function createPlaceholders(): Placeholders {
  const known = new Map<string, string>()
  const made = new Map<string, number>()
  const counts = new Map<string, number>()
  const count = (kind: string) => void counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return {
    counts,
    count,
    of(kind, value) {
      count(kind)
      const text = String(value)
      const before = known.get(text)
      if (before !== undefined) return before
      const number = (made.get(kind) ?? 0) + 1
      made.set(kind, number)
      const placeholder = write(kind, { text, number })
      known.set(text, placeholder)
      return placeholder
    },
  }
}

/** In ranges and domains that are set aside for examples (RFC 2606, 3849, 5737). */
function write(kind: PlaceholderKind, { text, number }: { text: string; number: number }): string {
  switch (kind) {
    case 'email':
      return `person-${number}@redacted.example`
    case 'phone':
      return `+1202555${String(99 + number).padStart(4, '0')}`
    case 'ip-address':
      return number <= MAX_LAST_BYTE ? `192.0.2.${number}` : `2001:db8::${number.toString(16)}`
    case 'birthdate':
      return number <= MAX_DAY
        ? `1900-01-${String(number).padStart(2, '0')}`
        : `birthdate-${number}`
    case 'url':
      return `https://redacted.example/${number}`
    case 'id':
      if (UUID.test(text)) return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
      return idWords(text, number)
    default:
      return `${kind}-${number}`
  }
}

/** Long enough to be taken for an id once more. */
function idWords(text: string, number: number): string {
  const prefix = PREFIXED_ID.exec(text)?.[1]
  return prefix === undefined ? `id-${number}` : prefix + String(number).padStart(6, '0')
}

/** What a value without a private kind is called. */
export function plainKindOf(name: string | null, value: JsonValue): PlaceholderKind {
  if (typeof value === 'number') return 'number'
  const text = String(value)
  if (/^https?:\/\//i.test(text)) return 'url'
  const isId =
    name !== null &&
    /(?:^|[_:.-])(?:sub|id|oid|tid|sid|jti|uid|uuid|guid)$|[a-z]Id$/.test(name.slice(-64))
  return isId || UUID.test(text) || PREFIXED_ID.test(text.slice(0, 256)) ? 'id' : 'text'
}

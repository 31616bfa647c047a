import type { JsonValue, PrivateKind } from '@signet/token/explain'
import { printableJson } from './messages.ts'

/** Longer values and names are cut: all of them is what --json is for. */
const MAX_VALUE = 160
const MAX_NAME = 60

/** Kinds of which a glance over the shoulder would be enough. */
const UNSHOWN: ReadonlySet<PrivateKind | null> = new Set([
  'password',
  'secret',
  'private-key',
  'token',
  'card',
  'national-id',
])

/** Whether a value of that kind has no place on a screen. */
export function isUnshown(kind: PrivateKind | null): boolean {
  return UNSHOWN.has(kind)
}

/** What stands in its place. */
export function notShown(kind: PrivateKind): string {
  return `(not shown: ${kind})`
}

/** A name of a member, or one made of names, in one line for a terminal. */
export function nameText(name: string): string {
  return cut(/^[\x20-\x7e]+$/.test(name) ? name : printableJson(name), MAX_NAME)
}

/** A value in one line for a terminal, cut when it is long; without it, where it is a secret. */
export function valueText(value: JsonValue, kind: PrivateKind | null): string {
  if (kind !== null && isUnshown(kind)) return notShown(kind)
  const text = typeof value === 'string' ? printableJson(value).slice(1, -1) : jsonText(value)
  return text === '' ? '""' : cut(text, MAX_VALUE)
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}… (${text.length} characters)`
}

/** A list has spaces to break it at. */
function jsonText(value: JsonValue): string {
  if (!Array.isArray(value)) return printableJson(value)
  return `[${value.map((item) => printableJson(item)).join(', ')}]`
}

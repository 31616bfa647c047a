import type { JsonValue, PrivateKind } from '@signet/token/explain'
import { printableJson } from './messages.ts'

/** Longer values are cut: all of them is what --json is for. */
const MAX_LENGTH = 160

/** Kinds of which a glance over the shoulder would be enough. */
const UNSHOWN: ReadonlySet<PrivateKind | null> = new Set([
  'password',
  'secret',
  'private-key',
  'token',
  'card',
])

export function nameText(name: string): string {
  return /^[\x20-\x7e]+$/.test(name) ? name : printableJson(name)
}

/** A value in one line for a terminal, cut when it is long; without it, where it is a secret. */
export function valueText(value: JsonValue, kind: PrivateKind | null): string {
  if (UNSHOWN.has(kind)) return `(not shown: ${kind})`
  const text = typeof value === 'string' ? printableJson(value).slice(1, -1) : jsonText(value)
  if (text === '') return '""'
  return text.length <= MAX_LENGTH
    ? text
    : `${text.slice(0, MAX_LENGTH)}… (${text.length} characters)`
}

/** A list has spaces to break it at. */
function jsonText(value: JsonValue): string {
  if (!Array.isArray(value)) return printableJson(value)
  return `[${value.map((item) => printableJson(item)).join(', ')}]`
}

import { isObject } from './context.ts'
import type { JsonValue, MemberChange } from './explanation.ts'
import { OPENID_TERMS } from './terms/openid.ts'
import { REGISTERED_TERMS } from './terms/registered.ts'
import { typeName } from './words/member.ts'
import { countWords, durationWords } from './words/time.ts'

interface Values {
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

/** Of a member that is not the same on both sides. */
export function describeChange(name: string, { before, after }: Values): MemberChange {
  const values = { name, before: before ?? null, after: after ?? null }
  if (before === undefined) {
    return { ...values, change: 'added', added: [], removed: [], words: 'only in the second' }
  }
  if (after === undefined) {
    return { ...values, change: 'removed', added: [], removed: [], words: 'only in the first' }
  }
  const old = listOf(name, before)
  const recent = listOf(name, after)
  const isList = old !== null && recent !== null
  const added = isList ? without(recent, old) : []
  const removed = isList ? without(old, recent) : []
  const words = isList ? listWords(added, removed) : changeWords(name, { before, after })
  return { ...values, change: 'changed', added, removed, words }
}

function changeWords(
  name: string,
  { before, after }: { before: JsonValue; after: JsonValue },
): string {
  if (typeName(before) !== typeName(after)) {
    return `was ${article(before)}, is ${article(after)}`
  }
  if (typeof before === 'number' && typeof after === 'number') {
    const term = REGISTERED_TERMS.get(name) ?? OPENID_TERMS.get(name)
    const difference = after - before
    if (term?.reads === 'moment') {
      return `${durationWords(difference)} ${difference > 0 ? 'later' : 'earlier'}`
    }
    return difference > 0 ? `${difference} more` : `${-difference} less`
  }
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    const changed = [...names].filter((one) => !isSame(before[one], after[one]))
    return `${countWords(changed.length, 'member')} of it ${changed.length === 1 ? 'differs' : 'differ'}`
  }
  return 'another value'
}

function listWords(added: readonly JsonValue[], removed: readonly JsonValue[]): string {
  if (added.length + removed.length === 0) return 'the same in another order or spelling'
  const parts = [
    ...(added.length === 0 ? [] : [`${added.length} added`]),
    ...(removed.length === 0 ? [] : [`${removed.length} removed`]),
  ]
  return parts.join(', ')
}

/** `aud` may be one text or a list of one; scopes are a text with spaces. */
function listOf(name: string, value: JsonValue): readonly JsonValue[] | null {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string') return null
  if (name === 'aud') return [value]
  return name === 'scope' || name === 'scp' ? value.split(' ').filter((one) => one !== '') : null
}

function without(list: readonly JsonValue[], others: readonly JsonValue[]): readonly JsonValue[] {
  const known = new Set(others.map(canonicalText))
  return list.filter((item) => !known.has(canonicalText(item)))
}

/** As JSON means it: the order of members does not count. */
export function isSameValue(a: JsonValue, b: JsonValue): boolean {
  return canonicalText(a) === canonicalText(b)
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameValue(a, b)
}

function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name] ?? null)}`)
  return `{${members.join()}}`
}

function article(value: JsonValue): string {
  return value === null ? 'null' : `${isObject(value) ? 'an' : 'a'} ${typeName(value)}`
}

import type { JsonValue, MemberExplanation, Place } from '../explanation.ts'
import { privateKindOf } from '../privacy/private-content.ts'
import type { Term } from '../terms/term.ts'
import { countWords, durationWords, isoTime, momentWords, relativeWords } from './time.ts'

/** A second count this large is milliseconds: it would be the year 5138. */
export const LEAST_MILLISECONDS = 1e11
const MAX_LISTED = 12

interface Described {
  readonly name: string
  readonly value: JsonValue
  readonly term: Term | null
  readonly now: number
  readonly issuedAt: number | null
  readonly place: Place | null
}

export function explainMember({
  name,
  value,
  term,
  now,
  issuedAt,
  place,
}: Described): MemberExplanation {
  const isMoment = term?.reads === 'moment'
  return {
    name,
    value,
    title: term?.title ?? name,
    words: term === null ? unknownWords(value) : wordsOf(term, { name, value, now, issuedAt }),
    definedBy: term?.definedBy ?? null,
    private: value === '' ? null : (term?.private ?? privateKindOf(name, value)),
    time: isMoment && typeof value === 'number' ? isoTime(value) : null,
    place,
  }
}

interface Said {
  readonly name: string
  readonly value: JsonValue
  readonly now: number
  readonly issuedAt: number | null
}

function wordsOf(term: Term, { name, value, now, issuedAt }: Said): string {
  const said = term.say?.(value)
  if (said !== undefined && said !== null) return said
  const { values } = term
  if (term.reads === 'moment') {
    const all = name === 'exp' ? lifetimeWords(value, issuedAt) : ''
    return `${sentence(timeWords(value, now) + all)} ${term.means}`
  }
  if (term.reads === 'list') {
    const items = itemsOf(value)
    if (items?.length === 0) return `None. ${term.means}`
    return values === undefined || items === null ? term.means : listWords(items, { values, term })
  }
  if (typeof value === 'string' || typeof value === 'boolean') {
    const known = values !== undefined && Object.hasOwn(values, String(value))
    if (known) return values[String(value)] ?? term.means
  }
  return term.means
}

function timeWords(value: JsonValue, now: number): string {
  if (typeof value !== 'number') return 'not a number of seconds'
  if (value >= LEAST_MILLISECONDS) {
    const meant = momentWords(value / 1000)
    return meant === null
      ? 'beyond all calendars'
      : `beyond all plans; in milliseconds it would be ${meant}`
  }
  const when = momentWords(value)
  return when === null ? 'beyond all calendars' : `${relativeWords(value, now)}, at ${when}`
}

function lifetimeWords(value: JsonValue, issuedAt: number | null): string {
  if (issuedAt === null || typeof value !== 'number' || value < issuedAt) return ''
  return `; ${durationWords(value - issuedAt)} in all`
}

/** Names in a list, or between spaces; null for anything else. */
export function itemsOf(value: JsonValue): readonly JsonValue[] | null {
  if (typeof value === 'string') return value.split(' ').filter((item) => item !== '')
  return Array.isArray(value) ? (value as readonly JsonValue[]) : null
}

/** Only where the items have words of their own; the value itself is shown beside. */
function listWords(
  items: readonly JsonValue[],
  { values, term }: { values: NonNullable<Term['values']>; term: Term },
): string {
  const known = items.slice(0, MAX_LISTED).flatMap((item) => {
    return typeof item === 'string' && Object.hasOwn(values, item) ? (values[item] ?? []) : []
  })
  return known.length === 0 ? term.means : `${sentence(known.join(', '))} ${term.means}`
}

function unknownWords(value: JsonValue): string {
  if (Array.isArray(value))
    return `A name of its own: a list of ${countWords(value.length, 'item')}.`
  if (typeof value === 'object' && value !== null) {
    return `A name of its own: an object of ${countWords(Object.keys(value).length, 'member')}.`
  }
  return `A name of its own: ${value === null ? 'nothing (null)' : `a ${typeName(value)}`}.`
}

export function typeName(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'string' ? 'text' : typeof value
}

function sentence(words: string): string {
  const first = words.charAt(0)
  return `${first.toUpperCase()}${words.slice(1)}.`
}

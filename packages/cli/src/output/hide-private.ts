// What a screen leaves out of values that hold other values. The engine names the kind of every
// member of a token; members further in are asked about as members of a token made for the purpose.
import type { explain, JsonValue, PrivateKind } from '@signet/token/explain'
import { isUnshown, notShown } from './value-text.ts'

interface Named {
  readonly name: string
  readonly value: JsonValue
}

type FindKind = (name: string, value: JsonValue) => PrivateKind | null

/** Deeper ones are not looked into, and so not shown. */
const MAX_DEPTH = 32
/** The header of a token, or of one that is encrypted, and what follows it. */
const TOKENS = /(e(?:yJ|yA|wo|w0)[\w-]{8,})\.[\w-]*(?:\.[\w-]*)+/g

/**
 * The same values without the private ones in their lists, objects and JSON texts, and with tokens
 * cut behind their header. Of a value that is private as a whole says `valueText`.
 */
export async function hidePrivate(
  members: readonly Named[],
  isHidden: (kind: PrivateKind | null) => boolean = isUnshown,
): Promise<readonly JsonValue[]> {
  const asked = new Map<string, Named>()
  for (const { name, value } of members) {
    hideInner(value, { name, depth: 0, findKind: (...one) => noteQuestion(asked, one) })
  }
  const kinds = await judge(asked)
  // One that has no answer counts as a secret.
  const findKind: FindKind = (...one) => {
    const kind = kinds.get(keyOf(...one))
    if (kind === undefined) return 'secret'
    return isHidden(kind) ? kind : null
  }
  return members.map(({ name, value }) => hideInner(value, { name, depth: 0, findKind }))
}

interface Way {
  /** Of the member, or of the list that an item stands in. */
  readonly name: string
  readonly depth: number
  readonly findKind: FindKind
}

function hide(value: JsonValue, way: Way): JsonValue {
  const kind = way.findKind(way.name, value)
  return kind === null ? hideInner(value, way) : notShown(kind)
}

function hideInner(value: JsonValue, { name, depth, findKind }: Way): JsonValue {
  if (typeof value === 'string') return hideInText(value, { name, depth, findKind })
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAX_DEPTH) return '(not shown: too deep)'
  const inner = { depth: depth + 1, findKind }
  if (Array.isArray(value)) return value.map((item: JsonValue) => hide(item, { name, ...inner }))
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>)
  return Object.fromEntries(
    entries.map(([own, item]) => [own, hide(item, { name: own, ...inner })]),
  )
}

function hideInText(text: string, way: Way): string {
  const json = /^\s*[[{]/.test(text) ? parseJson(text) : null
  if (json === null) return text.replace(TOKENS, '$1.…')
  const shown = JSON.stringify(hide(json, way))
  return shown === JSON.stringify(json) ? text : shown
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function noteQuestion(asked: Map<string, Named>, [name, value]: [string, JsonValue]): null {
  asked.set(keyOf(name, value), { name, value: shallow(value) })
  return null
}

function keyOf(name: string, value: JsonValue): string {
  return JSON.stringify([name, shallow(value)])
}

/** As far as the engine looks: of an object whether it is a key, of a list nothing. */
function shallow(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return []
  const texts = Object.entries(value).filter(([, item]) => typeof item === 'string')
  return Object.fromEntries(texts.filter(([name]) => name.length <= 3))
}

async function judge(asked: ReadonlyMap<string, Named>): Promise<Map<string, PrivateKind | null>> {
  const { explain } = await import('@signet/token/explain')
  const keys = [...asked.keys()]
  // A name that is an address is judged by the end of it: so each can have a number.
  const claims = [...asked.values()].map(({ name, value }, index) => [`${index}/${name}`, value])
  const kinds = kindsOf(Object.fromEntries(claims), explain)
  return new Map(kinds.map(([index, kind]) => [keys[index] ?? '', kind]))
}

function kindsOf(claims: unknown, ask: typeof explain): [index: number, PrivateKind | null][] {
  const token = `${segment({ alg: 'none' })}.${segment(claims)}.AAAA`
  const members = ask(token, { now: 0 }).tokens[0]?.claims ?? []
  return members.map(({ name, private: kind }) => [Number.parseInt(name, 10), kind])
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

// What a refusal is about, for the person who holds the token: what was asked for, and what it says.
// Errors of @signet/token never tell, since they are logged; who asks here has both in hand.
import { decode, isKeySet, type Key, type KeySet, type TokenError } from '@signet/token'
import type { Policy } from './input/policy-options.ts'
import { hidePrivate } from './output/hide-private.ts'
import { printable, printableJson } from './output/messages.ts'

export interface RefusalQuestion {
  readonly token: string
  /** Null where it did not come so far. */
  readonly keys: Key | KeySet | null
  readonly policy: Policy
}

/** Members that do not apply are not there. */
export interface RefusalFacts {
  readonly expected?: string | readonly string[]
  /** Printable, and cut: a claim may be anything. Absent where it may be somebody's secret. */
  readonly found?: string
  /** ISO 8601, where a time is why. */
  readonly at?: string
  readonly secondsAgo?: number
  /** The ids of the keys that there were to choose from. */
  readonly keyIds?: readonly string[]
}

const MAX_SHOWN = 80

/** Only for a token whose signature was looked at; nothing where the error says it all. */
export async function findRefusalFacts(
  error: TokenError,
  { token, keys, policy }: RefusalQuestion,
): Promise<RefusalFacts> {
  const { issuer, audience, type = 'JWT', now = () => Date.now() / 1000 } = policy
  switch (error.code) {
    case 'key_not_found':
      return { keyIds: keyIdsOf(keys) }
    case 'issuer_mismatch':
      return { expected: issuer ?? [], ...(await foundIn(decode(token).claims.iss, 'iss')) }
    case 'audience_mismatch':
      return { expected: audience ?? [], ...(await foundIn(decode(token).claims.aud, 'aud')) }
    case 'type_mismatch':
      return { expected: type ?? [], ...(await foundIn(decode(token).header.typ, 'typ')) }
    case 'token_expired':
    case 'token_not_yet_valid':
      return timeFacts(decode(token).claims[error.claim ?? 'exp'], now())
    default:
      return {}
  }
}

function keyIdsOf(keys: Key | KeySet | null): readonly string[] {
  if (keys === null) return []
  const list = isKeySet(keys) ? keys.keys() : [keys]
  return list.flatMap(({ kid }) => (kid === undefined ? [] : [cut(printable(kid))]))
}

async function foundIn(value: unknown, name: string): Promise<Pick<RefusalFacts, 'found'>> {
  if (value === undefined) return {}
  // As an item, to have it judged as a whole too.
  const members = [{ name, value: [JSON.parse(JSON.stringify(value))] }]
  const [shown] = await hidePrivate(members, (kind) => kind !== null)
  const item: unknown = Array.isArray(shown) ? shown[0] : null
  return { found: cut(typeof item === 'string' ? printable(item) : printableJson(item)) }
}

function timeFacts(moment: unknown, now: number): RefusalFacts {
  const date = new Date(Number(moment) * 1000)
  if (typeof moment !== 'number' || Number.isNaN(date.getTime())) return {}
  return { at: date.toISOString(), secondsAgo: Math.round(now - moment) }
}

function cut(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`
}

/** One clause for the line on stderr; empty when there is nothing to tell. */
export function factWords({ expected, found, at, secondsAgo, keyIds }: RefusalFacts): string {
  if (at !== undefined && secondsAgo !== undefined) {
    const moment = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
    const distance = durationText(Math.abs(secondsAgo))
    return secondsAgo >= 0
      ? `it expired ${distance} ago, at ${moment}`
      : `it begins in ${distance}, at ${moment}`
  }
  if (keyIds !== undefined) {
    return keyIds.length === 0 ? 'no key given has an id' : `the keys given are ${quoted(keyIds)}`
  }
  if (expected === undefined) return ''
  const wanted = typeof expected === 'string' ? [expected] : expected
  const says = found === undefined ? 'none' : `"${found}"`
  return `expected ${quoted(wanted.map((one) => cut(printable(one))))}, found ${says}`
}

const MAX_LISTED = 5

function quoted(texts: readonly string[]): string {
  const more = texts.length - MAX_LISTED
  const list = texts.slice(0, MAX_LISTED).map((one) => `"${one}"`)
  return [...list, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** Below two of a unit the next smaller one tells more. */
function durationText(seconds: number): string {
  const [unit, size] = STEPS.find(([, one]) => seconds >= 2 * one) ?? ['second', 1]
  const count = Math.round(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

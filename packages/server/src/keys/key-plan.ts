// Decides what has to change about the signing keys, from what they are and what time it is. Pure:
// whoever acts on a plan makes it again inside its transaction, so that of many processes one acts.
import { MAX_KEY_SET_AGE_SECONDS, MAX_LEEWAY_SECONDS } from '@signet/guard/protocol'
import type { Algorithm } from '@signet/token'

/** `removed` is no state: such a key is gone. A revoked one stays by name alone. */
export type KeyState = 'next' | 'active' | 'retiring' | 'revoked'

/**
 * What is known of a key, without what it is made of. Moments are epoch seconds of the database's
 * clock; `announcedAt` and `retiredAt` are written by a transaction that found the key in that state,
 * so they are never before the commit that brought it there.
 */
export interface KeyFacts {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly state: KeyState
  readonly createdAt: number
  /** Since when it is published; null until that was seen. */
  readonly announcedAt: number | null
  readonly activatedAt: number | null
  /** Since when nothing signs with it; null until that was seen. */
  readonly retiredAt: number | null
  readonly revokedAt: number | null
  /** An operator wants it to make room for the next from here on. */
  readonly dueAt: number | null
  /** How long caches may keep a set of its time, and a margin: no later key signs before that is over. */
  readonly announceSeconds: number
  /** No token that it signs lives longer. */
  readonly tokenSeconds: number
}

export interface KeyRules {
  /** How long a key signs before the next one does. */
  readonly keyRotationSeconds: number
  /** How long the tokens live that this process signs. */
  readonly accessTtlSeconds: number
  /** What a ring without any key begins with, and what a start asks for. */
  readonly algorithm: Algorithm
}

export type KeyChange =
  | { readonly type: 'create'; readonly state: 'next' | 'active'; readonly algorithm: Algorithm }
  /** Seen to be published, or to sign no more. */
  | { readonly type: 'announced' | 'retired'; readonly kid: string }
  /** Processes with other settings promised less: what the key waits for grows, and never shrinks. */
  | {
      readonly type: 'lengthen'
      readonly kid: string
      readonly announceSeconds: number
      readonly tokenSeconds: number
    }
  | { readonly type: 'activate' | 'retire' | 'remove'; readonly kid: string }

/** A process that has not confirmed the keys for this long does not sign. */
export const CONFIRMED_FOR_SECONDS = 5

/** Moments are whole seconds: two of them may seem this much further apart than they are. */
const ROUNDING_SECONDS = 1

/**
 * How long caches may keep a key set, by the settings: short beside a short rotation. Verifiers that
 * are told of changes do not depend on it.
 */
function wantedCacheSeconds({ keyRotationSeconds }: KeyRules): number {
  return Math.max(1, Math.min(MAX_KEY_SET_AGE_SECONDS, Math.floor(keyRotationSeconds / 5)))
}

/**
 * How long a key is published before it signs: every set without it can no longer be in a cache, and
 * as long again for caches that keep what they have a little longer than they may.
 */
export function announceSecondsOf(rules: KeyRules): number {
  return 2 * wantedCacheSeconds(rules) + ROUNDING_SECONDS
}

/**
 * How long a set of these keys may be used without asking again, counted from when they were read.
 * Whoever comes behind the next key waits at least as long as that says, so no more is promised,
 * whatever other settings this process has.
 */
export function cacheSecondsOf(keys: readonly KeyFacts[], rules: KeyRules): number {
  const next = keys.find(({ state }) => state === 'next')
  if (next === undefined) return 0
  const promisable = Math.floor((next.announceSeconds - ROUNDING_SECONDS) / 2)
  return Math.min(wantedCacheSeconds(rules), promisable)
}

/**
 * When the next key may sign; null while that cannot be told. What was promised to caches while the
 * active key was the next one counts as well: it may have been more.
 */
export function signsFrom(next: KeyFacts, active: KeyFacts): number | null {
  if (next.announcedAt === null) return null
  return next.announcedAt + Math.max(next.announceSeconds, active.announceSeconds)
}

/** When it is time for an active key to make room; null for others. */
export function rotatesAt(key: KeyFacts, rules: KeyRules): number | null {
  if (key.state !== 'active' || key.activatedAt === null) return null
  return Math.min(key.dueAt ?? Number.POSITIVE_INFINITY, key.activatedAt + rules.keyRotationSeconds)
}

/**
 * When a retiring key can go: nobody has signed with it since processes must have noticed, and the
 * last token has expired in the eyes of the most lenient verifier. Null while that cannot be told.
 */
export function removableAt({ state, retiredAt, tokenSeconds }: KeyFacts): number | null {
  return state === 'retiring' && retiredAt !== null
    ? retiredAt + retiringSeconds(tokenSeconds)
    : null
}

/** How long a key stays published after its last signature. */
export function retiringSeconds(tokenSeconds: number): number {
  return CONFIRMED_FOR_SECONDS + tokenSeconds + MAX_LEEWAY_SECONDS + ROUNDING_SECONDS
}

/**
 * What is to be done now, in this order and all of it together. `isStart`: a process starts, whose
 * algorithm is asked for from here on; running processes go on with the algorithm that is.
 */
export function planKeys(
  keys: readonly KeyFacts[],
  at: { rules: KeyRules; now: number; isStart?: boolean },
): KeyChange[] {
  const { rules, now, isStart = false } = at
  const changes: KeyChange[] = []
  for (const key of keys) {
    const { kid, state, announcedAt, retiredAt } = key
    if (state === 'next' && announcedAt === null) changes.push({ type: 'announced', kid })
    if (state === 'retiring' && retiredAt === null) changes.push({ type: 'retired', kid })
    if (isPast(removableAt(key), now)) changes.push({ type: 'remove', kid })
  }

  const active = keys.find(({ state }) => state === 'active')
  const found = keys.find(({ state }) => state === 'next')
  // A key that never signed can go at any time.
  const isUnwanted = isStart && found !== undefined && found.algorithm !== rules.algorithm
  if (isUnwanted) changes.push({ type: 'remove', kid: found.kid })
  const next = isUnwanted ? undefined : found

  // Without a key that signs there is nobody to wait for: a first start, or a key that was revoked.
  const isDue = active === undefined || isRotationDue({ active, next, rules, now })
  if (next !== undefined && isDue) {
    if (active !== undefined) changes.push({ type: 'retire', kid: active.kid })
    changes.push({ type: 'activate', kid: next.kid })
    changes.push({ type: 'create', state: 'next', algorithm: next.algorithm })
    return changes
  }
  for (const state of ['active', 'next'] as const) {
    const key = state === 'active' ? active : next
    if (key === undefined) changes.push({ type: 'create', state, algorithm: rules.algorithm })
    else changes.push(...lengthen(key, rules))
  }
  return changes
}

function lengthen({ kid, ...key }: KeyFacts, rules: KeyRules): KeyChange[] {
  const announceSeconds = Math.max(key.announceSeconds, announceSecondsOf(rules))
  const tokenSeconds = Math.max(key.tokenSeconds, rules.accessTtlSeconds)
  const isLonger = announceSeconds > key.announceSeconds || tokenSeconds > key.tokenSeconds
  return isLonger ? [{ type: 'lengthen', kid, announceSeconds, tokenSeconds }] : []
}

function isRotationDue(parts: {
  active: KeyFacts
  next: KeyFacts | undefined
  rules: KeyRules
  now: number
}): boolean {
  const { active, next, rules, now } = parts
  if (next === undefined || !isPast(signsFrom(next, active), now)) return false
  return next.algorithm !== active.algorithm || isPast(rotatesAt(active, rules), now)
}

function isPast(moment: number | null, now: number): boolean {
  return moment !== null && now >= moment
}

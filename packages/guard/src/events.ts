import type { BearerCode } from './protocol/index.ts'

/** What happened, for logs and counters. No event carries a token or a part of one. */
export type GuardEvent =
  /** `reason` is the precise cause that the client is not told, e.g. `signature_invalid`. */
  | { type: 'refused'; code: BearerCode; reason: string }
  | { type: 'feed_connected'; issuer: string }
  | { type: 'feed_disconnected'; issuer: string; reason: string }
  /** Said once for each cause while the feed cannot be followed. */
  | { type: 'feed_failed'; issuer: string; reason: string }
  /** `stalenessMs` is null when the feed was never heard. */
  | { type: 'stale'; issuer: string; stalenessMs: number | null }
  | { type: 'fresh'; issuer: string; stalenessMs: number | null }
  | { type: 'keys_refreshed'; issuer: string; count: number }
  | { type: 'keys_failed'; issuer: string; reason: string }
  | { type: 'introspection_failed'; issuer: string; reason: string }

export type EmitEvent = (event: GuardEvent) => void

export interface Emitter {
  emit: EmitEvent
  /** How many events the observer threw on. */
  readonly lost: number
  /** How many there were of each type, and of refusals of each code. */
  readonly counts: ReadonlyMap<GuardEvent['type'] | BearerCode, number>
}

/** An observer that throws changes no verdict and stops no feed: it is only counted. */
export function createEmitter(onEvent: EmitEvent | undefined): Emitter {
  const counts = new Map<GuardEvent['type'] | BearerCode, number>()
  const count = (name: GuardEvent['type'] | BearerCode) => {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  let lost = 0
  return {
    emit(event) {
      count(event.type === 'refused' ? event.code : event.type)
      try {
        onEvent?.(event)
      } catch {
        lost += 1
      }
    },
    get lost() {
      return lost
    },
    counts,
  }
}

import { emitWarning } from 'node:process'
import type { BearerCode } from './protocol/index.ts'

/** What happened, for logs and counters. No event carries a token or a part of one. */
export type GuardEvent =
  /** `reason` is the precise cause that the client is not told, e.g. `signature_invalid`. */
  | { type: 'refused'; code: BearerCode; reason: string }
  | { type: 'feed_connected'; issuer: string }
  | { type: 'feed_disconnected'; issuer: string; reason: string }
  /** `stalenessMs` is null when the feed was never heard. */
  | { type: 'stale'; issuer: string; stalenessMs: number | null }
  | { type: 'fresh'; issuer: string; stalenessMs: number | null }
  | { type: 'keys_refreshed'; issuer: string; count: number }
  | { type: 'keys_failed'; issuer: string; reason: string }

export type EmitEvent = (event: GuardEvent) => void

/** An observer that throws changes no verdict and stops no feed; the process is told once. */
export function createEmitter(onEvent: EmitEvent | undefined): EmitEvent {
  if (onEvent === undefined) return () => {}
  let warned = false
  return (event) => {
    try {
      onEvent(event)
    } catch (error) {
      if (warned) return
      warned = true
      emitWarning(`onEvent threw: ${String(error)}`, 'SignetGuardWarning')
    }
  }
}

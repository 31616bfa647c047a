import { ageMs, type Clock, momentOf } from '../clock.ts'
import type { EmitEvent } from '../events.ts'
import type { RevocationSource } from './revocation-source.ts'

const CHECK_MS = 1_000

export interface StalenessWatchOptions {
  issuer: string
  source: Pick<RevocationSource, 'stalenessMs'>
  maxStalenessMs: number
  clock: Clock
  emit: EmitEvent
}

/** How old a source's knowledge is; one that fails to say is as good as never heard. */
export function stalenessOf(source: Pick<RevocationSource, 'stalenessMs'>): number {
  try {
    return source.stalenessMs()
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Tells when knowledge of revocations becomes stale and when fresh again. Decides nothing. */
export function watchStaleness(options: StalenessWatchOptions): { close(): void } {
  const { issuer, source, maxStalenessMs, clock, emit } = options
  const started = momentOf(clock)
  let wasFresh: boolean | null = null
  const timer = setInterval(check, CHECK_MS).unref()
  return { close: () => clearInterval(timer) }

  function check(): void {
    const age = stalenessOf(source)
    const isFresh = age <= maxStalenessMs
    if (isFresh === wasFresh) return
    // A guard that is only just starting is not stale yet.
    if (wasFresh === null && !isFresh && ageMs(started, clock) <= maxStalenessMs) return
    wasFresh = isFresh
    const stalenessMs = Number.isFinite(age) ? Math.round(age) : null
    emit({ type: isFresh ? 'fresh' : 'stale', issuer, stalenessMs })
  }
}

// Identities that outlive their request: open sockets and streams whose owners want to know when
// the token behind them is good no more. Owns when that is; who is told is the caller's.

import { ageMs, type Clock, type Moment, momentOf } from './clock.ts'
import type { RevocationEntry } from './protocol/index.ts'
import type { RevocationSource, RevocationSubject } from './revocation/revocation-source.ts'
import { stalenessOf } from './revocation/staleness-watch.ts'
import type { OnStale } from './route.ts'

/**
 * Why an identity is good no more: revoked; expired; the feed was not heard of for too long where
 * the route asks for it; or the guard was closed and hears nothing any more.
 */
export type IdentityEnd = 'token_revoked' | 'token_expired' | 'revocation_stale' | 'guard_closed'

/** Expiry and staleness are looked at this often; a revocation is told when it is heard. */
const CHECK_MS = 1_000
/** Questions to the authority at once, while the feed is stale. */
const ASKED_AT_ONCE = 32

export interface Watched {
  readonly token: string
  /** Null where nothing can be revoked. */
  readonly subject: RevocationSubject | null
  /** Epoch seconds, tolerance included. */
  readonly expiresAt: number
  readonly onStale: OnStale
}

interface Watch extends Watched {
  readonly tell: (end: IdentityEnd) => void
  /** When the authority was last asked, or the watch began. */
  askedAt: Moment
  isStopped: boolean
}

export interface IdentityWatchesOptions {
  source: RevocationSource | null
  maxStalenessMs: number
  clock: Clock
  /** By which tokens expire, epoch milliseconds. @throws GuardError when the source fails */
  now: () => number
  /** @throws GuardError when the authority does not answer */
  isActive: (token: string) => Promise<boolean>
}

export class IdentityWatches {
  readonly #options: IdentityWatchesOptions
  readonly #all = new Set<Watch>()
  /** By what an entry of the log can name. */
  readonly #byName = new Map<string, Set<Watch>>()
  readonly #stopListening: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #isAsking = false
  #isClosed = false

  constructor(options: IdentityWatchesOptions) {
    this.#options = options
    this.#stopListening = options.source?.listen?.((entries) => this.#heard(entries))
  }

  get size(): number {
    return this.#all.size
  }

  /**
   * Tells once, and never before this returns, when the identity ends; one that ended already is
   * told at once. The returned function ends the watch untold.
   */
  add(watched: Watched, tell: (end: IdentityEnd) => void): () => void {
    const askedAt = momentOf(this.#options.clock)
    const watch: Watch = { ...watched, tell, askedAt, isStopped: false }
    this.#all.add(watch)
    for (const name of namesOf(watch.subject)) {
      const others = this.#byName.get(name)
      if (others === undefined) this.#byName.set(name, new Set([watch]))
      else others.add(watch)
    }
    this.#timer ??= setInterval(() => this.#checkAll(), CHECK_MS).unref()
    this.#check(watch)
    return () => {
      watch.isStopped = true
      this.#remove(watch)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stopListening?.()
    for (const watch of this.#all) this.#end(watch, 'guard_closed')
  }

  #heard(entries: readonly RevocationEntry[]): void {
    if (this.#all.size === 0) return
    for (const { kind, id } of entries) {
      for (const watch of this.#byName.get(`${kind}:${id}`) ?? []) this.#check(watch)
    }
  }

  #checkAll(): void {
    for (const watch of this.#all) this.#check(watch)
    if (!this.#isAsking) void this.#askAuthority()
  }

  #check(watch: Watch): void {
    const end = this.#endOf(watch)
    if (end !== null) this.#end(watch, end)
  }

  #endOf({ subject, expiresAt, onStale }: Watch): IdentityEnd | null {
    const { now, source } = this.#options
    if (this.#isClosed) return 'guard_closed'
    try {
      if (now() / 1000 >= expiresAt) return 'token_expired'
      if (source === null || subject === null) return null
      if (source.isRevoked(subject)) return 'token_revoked'
    } catch {
      return 'revocation_stale'
    }
    return onStale === 'refuse' && this.#isStale() ? 'revocation_stale' : null
  }

  /**
   * While the feed is stale the authority is asked about each identity that wants it, as often as
   * the feed's own knowledge may be old.
   */
  async #askAuthority(): Promise<void> {
    this.#isAsking = true
    const { clock, maxStalenessMs } = this.#options
    const due = [...this.#all].filter(({ onStale, askedAt }) => {
      return onStale === 'introspect' && ageMs(askedAt, clock) > maxStalenessMs
    })
    while (due.length > 0 && this.#isStale()) {
      await Promise.all(due.splice(0, ASKED_AT_ONCE).map((watch) => this.#ask(watch)))
    }
    this.#isAsking = false
  }

  async #ask(watch: Watch): Promise<void> {
    watch.askedAt = momentOf(this.#options.clock)
    try {
      if (!(await this.#options.isActive(watch.token))) this.#end(watch, 'token_revoked')
    } catch {
      // Why shows in the event of the introspection.
      this.#end(watch, 'revocation_stale')
    }
  }

  #isStale(): boolean {
    const { maxStalenessMs, source } = this.#options
    return source !== null && stalenessOf(source) > maxStalenessMs
  }

  #end(watch: Watch, end: IdentityEnd): void {
    if (!this.#remove(watch)) return
    // Later, so that a callback that throws stops no other and no feed.
    queueMicrotask(() => {
      if (!watch.isStopped) watch.tell(end)
    })
  }

  #remove(watch: Watch): boolean {
    if (!this.#all.delete(watch)) return false
    for (const name of namesOf(watch.subject)) {
      const others = this.#byName.get(name)
      others?.delete(watch)
      if (others?.size === 0) this.#byName.delete(name)
    }
    if (this.#all.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    return true
  }
}

function namesOf(subject: RevocationSubject | null): string[] {
  if (subject === null) return []
  const { sid, jti, client_id, kid } = subject
  return [
    ...(sid === null ? [] : [`session:${sid}`]),
    ...(jti === null ? [] : [`token:${jti}`]),
    ...(client_id === null ? [] : [`client:${client_id}`]),
    ...(kid === null ? [] : [`key:${kid}`]),
  ]
}

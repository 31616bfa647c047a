// The revocations a verifier knows, in memory. Owns matching and forgetting; knows neither the
// feed nor its cursor.
import type { RevocationEntry } from '../protocol/index.ts'
import type { RevocationSubject } from './revocation-source.ts'

// Entries are swept in groups of this many seconds, so that a sweep touches only what is due.
// Forgetting up to that much late is harmless: what an entry refuses has expired by then.
const SWEEP_SECONDS = 10

interface Mark {
  /** Session: `ver` below it; client: `iat` up to it; Infinity: every token. */
  limit: number
  /** Epoch seconds; Infinity: never. */
  expiresAt: number
}

/**
 * A set of live revocations. Repeated entries are merged towards refusing: an entry never shortens
 * or narrows an earlier one.
 */
export class RevocationList {
  #sessions = new Map<string, Mark>()
  #tokens = new Map<string, Mark>()
  #clients = new Map<string, Mark>()
  #keys = new Map<string, Mark>()
  #due = new Map<number, { marks: Map<string, Mark>; id: string }[]>()
  #nowMs = 0

  get size(): number {
    return this.#sessions.size + this.#tokens.size + this.#clients.size + this.#keys.size
  }

  apply(entries: Iterable<RevocationEntry>): void {
    for (const entry of entries) this.#add(entry)
  }

  /** Forgets what is over by this time (the feed's clock, epoch ms). Earlier times are ignored. */
  advance(nowMs: number): void {
    if (!(nowMs > this.#nowMs)) return
    this.#nowMs = nowMs
    for (const [group, entries] of this.#due) {
      if ((group + 1) * SWEEP_SECONDS * 1000 > nowMs) continue
      for (const { marks, id } of entries) {
        const mark = marks.get(id)
        if (mark !== undefined && mark.expiresAt * 1000 <= nowMs) marks.delete(id)
      }
      this.#due.delete(group)
    }
  }

  /**
   * Whether a verified token is revoked. A token without the part that a revocation of its
   * session, client or key is compared with counts as revoked.
   */
  isRevoked({ sid, ver, jti, client_id, iat, kid }: RevocationSubject): boolean {
    if (kid !== null && this.#keys.has(kid)) return true
    if (jti !== null && this.#tokens.has(jti)) return true
    if (sid !== null) {
      const mark = this.#sessions.get(sid)
      if (mark !== undefined && (ver ?? -1) < mark.limit) return true
    }
    if (client_id !== null) {
      const mark = this.#clients.get(client_id)
      if (mark !== undefined && (iat ?? -1) <= mark.limit) return true
    }
    return false
  }

  #add(entry: RevocationEntry): void {
    const marks = this.#marksOf(entry.kind)
    const { id } = entry
    const limit =
      (entry.kind === 'session' ? entry.below : undefined) ??
      (entry.kind === 'client' ? entry.before : undefined) ??
      Number.POSITIVE_INFINITY
    const expiresAt = entry.expiresAt ?? Number.POSITIVE_INFINITY
    const known = marks.get(id)
    marks.set(id, {
      limit: Math.max(limit, known?.limit ?? limit),
      expiresAt: Math.max(expiresAt, known?.expiresAt ?? expiresAt),
    })
    if (expiresAt === Number.POSITIVE_INFINITY) return
    const group = Math.floor(expiresAt / SWEEP_SECONDS)
    const due = this.#due.get(group)
    if (due === undefined) this.#due.set(group, [{ marks, id }])
    else due.push({ marks, id })
  }

  #marksOf(kind: RevocationEntry['kind']): Map<string, Mark> {
    switch (kind) {
      case 'session':
        return this.#sessions
      case 'token':
        return this.#tokens
      case 'client':
        return this.#clients
      case 'key':
        return this.#keys
    }
  }
}

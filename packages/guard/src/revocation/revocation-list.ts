// The revocations a verifier knows, in memory. Owns matching and forgetting; knows neither the
// feed nor its cursor.
import type { Moment } from '../clock.ts'
import type { RevocationEntry } from '../protocol/index.ts'
import type { RevocationSubject } from './revocation-source.ts'
import { RevokedIds } from './revoked-ids.ts'
import { SteadyTime } from './steady-time.ts'

/**
 * A set of live revocations. Repeated entries are merged towards refusing: an entry never shortens
 * or narrows an earlier one.
 */
export class RevocationList {
  readonly #kinds = {
    session: new RevokedIds(),
    token: new RevokedIds(),
    client: new RevokedIds(),
    key: new RevokedIds(),
  } satisfies Record<RevocationEntry['kind'], RevokedIds>
  readonly #steadyTime = new SteadyTime()
  #nowMs = 0
  #version = 0

  /** Counts what may make `isRevoked` refuse more than before. Forgetting does not. */
  get version(): number {
    return this.#version
  }

  get size(): number {
    return Object.values(this.#kinds).reduce((sum, { size }) => sum + size, 0)
  }

  apply(entries: Iterable<RevocationEntry>): void {
    this.#version += 1
    for (const entry of entries) this.#add(entry)
  }

  /**
   * Forgets what is over by this moment, whose wall time (epoch ms) is the feed's. Earlier times are
   * ignored, and a clock that jumps ahead of monotonic time is believed an hour later.
   */
  advance(moment: Moment): void {
    const nowMs = this.#steadyTime.at(moment)
    if (!(nowMs > this.#nowMs)) return
    this.#nowMs = nowMs
    for (const ids of Object.values(this.#kinds)) ids.forgetUntil(nowMs)
  }

  /**
   * Whether a verified token is revoked. A token without the part that a revocation of its
   * session, client or key is compared with counts as revoked.
   */
  isRevoked({ sid, ver, jti, client_id, iat, kid }: RevocationSubject): boolean {
    const { session, token, client, key } = this.#kinds
    if (kid !== null && key.limitOf(kid) === Number.POSITIVE_INFINITY) return true
    if (jti !== null && token.limitOf(jti) === Number.POSITIVE_INFINITY) return true
    if (sid !== null && (ver ?? -1) < session.limitOf(sid)) return true
    return client_id !== null && (iat ?? -1) <= client.limitOf(client_id)
  }

  #add(entry: RevocationEntry): void {
    const limit =
      (entry.kind === 'session' ? entry.below : undefined) ??
      (entry.kind === 'client' ? entry.before : undefined) ??
      Number.POSITIVE_INFINITY
    this.#kinds[entry.kind].add(entry.id, {
      limit,
      expiresAt: entry.expiresAt ?? Number.POSITIVE_INFINITY,
    })
  }
}

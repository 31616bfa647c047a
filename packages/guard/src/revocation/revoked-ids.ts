// What is revoked of one kind: sessions, say. A verifier may hold a million, so what nearly all
// entries say (everything that carries this id) takes one number beside the id.

// Entries are swept in groups of this many seconds, so that a sweep touches only what is due.
// Forgetting up to that much late is harmless: what an entry refuses has expired by then.
const SWEEP_SECONDS = 10

interface Part {
  limit: number
  /** Epoch seconds; Infinity: never. */
  expiresAt: number
}

/** Repeated entries are merged towards refusing: none shortens or narrows an earlier one. */
export class RevokedIds {
  /** Revoked as a whole, and until when. */
  readonly #whole = new Map<string, number>()
  /** Revoked below a limit. Never an id that is revoked as a whole. */
  readonly #parts = new Map<string, Part>()
  readonly #due = new Map<number, string[]>()

  get size(): number {
    return this.#whole.size + this.#parts.size
  }

  /** Infinity: whatever carries the id is revoked; -Infinity: nothing is. */
  limitOf(id: string): number {
    if (this.#whole.has(id)) return Number.POSITIVE_INFINITY
    return this.#parts.get(id)?.limit ?? Number.NEGATIVE_INFINITY
  }

  /** `limit` and `expiresAt` (epoch seconds) may be Infinity. */
  add(id: string, { limit, expiresAt }: Part): void {
    const whole = this.#whole.get(id)
    const part = this.#parts.get(id)
    const known = whole ?? part?.expiresAt
    const latest = Math.max(expiresAt, known ?? expiresAt)
    if (whole !== undefined || limit === Number.POSITIVE_INFINITY) {
      this.#whole.set(id, latest)
      this.#parts.delete(id)
    } else {
      this.#parts.set(id, { limit: Math.max(limit, part?.limit ?? limit), expiresAt: latest })
    }
    // A whole set that comes again is looked for where it is already.
    if (latest === known || latest === Number.POSITIVE_INFINITY) return
    const group = Math.floor(latest / SWEEP_SECONDS)
    const due = this.#due.get(group)
    if (due === undefined) this.#due.set(group, [id])
    else due.push(id)
  }

  /** Forgets what is over by then (epoch milliseconds). */
  forgetUntil(nowMs: number): void {
    for (const [group, ids] of this.#due) {
      if ((group + 1) * SWEEP_SECONDS * 1000 > nowMs) continue
      for (const id of ids) {
        const expiresAt = this.#whole.get(id) ?? this.#parts.get(id)?.expiresAt
        if (expiresAt === undefined || expiresAt * 1000 > nowMs) continue
        this.#whole.delete(id)
        this.#parts.delete(id)
      }
      this.#due.delete(group)
    }
  }
}

// Which tokens with an unknown key id are worth asking their issuer for new keys. Anybody can make
// such tokens, as many as they like, so the ids decide nothing but when.
import { ageMs, type Clock, type Moment, momentOf } from '../clock.ts'

/** Between two questions, whatever the ids and their number. */
const PAUSE_MS = 30_000
/** An id that was asked for in vain waits twice as long each time, up to this. */
const MAX_PAUSE_MS = 900_000
/** Ids remembered. A flood pushes others out, which then count as new. */
const MAX_REMEMBERED = 100

interface Attempt {
  readonly at: Moment
  readonly pauseMs: number
}

export class UnknownKids {
  readonly #clock: Clock
  readonly #attempts = new Map<string, Attempt>()
  #last: Moment | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Whether to ask now; then the question counts as asked. A bucket of one: a new key gets in with
   * the first token that names it, a flood causes one question in 30 s. An id that comes again and
   * again, say of a key that was removed, does not take the question that a new key would need.
   */
  take(kid = ''): boolean {
    const known = this.#attempts.get(kid)
    if (known !== undefined && ageMs(known.at, this.#clock) < known.pauseMs) return false
    if (this.#last !== null && ageMs(this.#last, this.#clock) < PAUSE_MS) return false
    const at = momentOf(this.#clock)
    this.#last = at
    const pauseMs = known === undefined ? PAUSE_MS : Math.min(MAX_PAUSE_MS, known.pauseMs * 2)
    this.#attempts.delete(kid)
    this.#attempts.set(kid, { at, pauseMs })
    const [oldest] = this.#attempts.keys()
    if (this.#attempts.size > MAX_REMEMBERED && oldest !== undefined) this.#attempts.delete(oldest)
    return true
  }
}

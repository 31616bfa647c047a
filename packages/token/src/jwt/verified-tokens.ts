import type { Period } from './claims.ts'

interface RememberedToken<V> {
  readonly token: string
  /** When it would be accepted again. */
  readonly good: Period
  /** What the verifier answered, frozen throughout. */
  readonly verified: V
}

// The end of a signature is as random as a hash, and a map key of a few characters instead of hundreds
// is what makes a repetition cheap: so few are copied, where more would be a view of the whole token.
// Equality is decided on the whole token.
const KEY_CHARACTERS = 12

/**
 * The tokens that one verifier accepted last, at most `size` of them. Two generations: what is
 * used again moves to the young one, and when that holds half of the limit the old one is
 * dropped. Only accepted tokens enter, so refused ones can neither fill it nor evict anything.
 */
export class VerifiedTokens<V> {
  readonly #youngSize: number
  #young = new Map<string, RememberedToken<V>>()
  #old = new Map<string, RememberedToken<V>>()

  constructor(size: number) {
    this.#youngSize = Math.ceil(size / 2)
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** What was answered for this token, where it would be answered at that moment too. */
  find(token: string, nowSeconds: number): V | null {
    const known = this.#find(token)
    if (known === null) return null
    const { from, until } = known.good
    return nowSeconds >= from && nowSeconds < until ? known.verified : null
  }

  remember(entry: RememberedToken<V>): void {
    const key = entry.token.slice(-KEY_CHARACTERS)
    this.#old.delete(key)
    this.#enter(key, entry)
  }

  #find(token: string): RememberedToken<V> | null {
    const key = token.slice(-KEY_CHARACTERS)
    const young = this.#young.get(key)
    if (young !== undefined) return young.token === token ? young : null
    const old = this.#old.get(key)
    if (old === undefined || old.token !== token) return null
    this.#old.delete(key)
    this.#enter(key, old)
    return old
  }

  #enter(key: string, entry: RememberedToken<V>): void {
    if (this.#young.size >= this.#youngSize && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, entry)
  }
}

import type { Claims } from './claims.ts'

export interface RememberedToken {
  readonly token: string
  /** As they were signed, for the checks that time can change. */
  readonly claims: Claims
  /** What the verifier answered, frozen throughout. */
  readonly verified: object
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
export class VerifiedTokens {
  readonly #youngSize: number
  #young = new Map<string, RememberedToken>()
  #old = new Map<string, RememberedToken>()

  constructor(size: number) {
    this.#youngSize = Math.ceil(size / 2)
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  find(token: string): RememberedToken | null {
    const key = token.slice(-KEY_CHARACTERS)
    const young = this.#young.get(key)
    if (young !== undefined) return young.token === token ? young : null
    const old = this.#old.get(key)
    if (old === undefined || old.token !== token) return null
    this.#old.delete(key)
    this.#enter(key, old)
    return old
  }

  remember(entry: RememberedToken): void {
    const key = entry.token.slice(-KEY_CHARACTERS)
    this.#old.delete(key)
    this.#enter(key, entry)
  }

  #enter(key: string, entry: RememberedToken): void {
    if (this.#young.size >= this.#youngSize && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, entry)
  }
}

// Who may follow the feed at once. Owns counting and making room; knows no streams and no clients,
// only holders: a client where the feed asks for one, an address block where it is open.
import { AuthorityError } from '../errors.ts'

export interface SlotLimits {
  readonly overall: number
  readonly perHolder: number
}

interface Slot {
  /** Ends what has the slot. */
  readonly giveWay: () => void
}

/**
 * A fixed number of slots. Once all are taken, a holder with few takes one of the holder with the
 * most, so that nobody can keep others out by taking many.
 */
export class FeedSlots {
  readonly #limits: SlotLimits
  /** Of each holder, the one that was taken last at the end. */
  readonly #held = new Map<string, Set<Slot>>()
  #taken = 0

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#taken
  }

  /**
   * Takes a slot until the returned function is called. `giveWay` is called when somebody else
   * needs it; the slot is free then.
   * @throws AuthorityError `feed_slots_taken` when this holder has as many as one may have,
   * `overloaded` when all are taken and nobody has clearly more than this holder
   */
  take(holder: string, giveWay: () => void): () => void {
    const own = this.#held.get(holder)?.size ?? 0
    if (own >= this.#limits.perHolder) throw new AuthorityError('feed_slots_taken')
    if (this.#taken >= this.#limits.overall) this.#makeRoom(own)
    const slot: Slot = { giveWay }
    const slots = this.#held.get(holder)
    if (slots === undefined) this.#held.set(holder, new Set([slot]))
    else slots.add(slot)
    this.#taken += 1
    return () => this.#free(holder, slot)
  }

  #makeRoom(own: number): void {
    const [largest, slots] = [...this.#held].reduce((most, next) =>
      next[1].size > most[1].size ? next : most,
    )
    const newest = [...slots].at(-1)
    // Both have the same afterwards at worst, so two holders never take one slot to and fro.
    if (newest === undefined || slots.size < own + 2) {
      throw new AuthorityError('overloaded', { message: 'all slots of the feed are taken' })
    }
    this.#free(largest, newest)
    newest.giveWay()
  }

  #free(holder: string, slot: Slot): void {
    const slots = this.#held.get(holder)
    if (slots === undefined || !slots.delete(slot)) return
    this.#taken -= 1
    if (slots.size === 0) this.#held.delete(holder)
  }
}

// Everybody who follows the revocation log over the network, from this process. Owns who may and for
// how long; what they are told is feed-stream.ts's.
import type { Writable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { AuthorityError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { FeedPages } from './feed-pages.ts'
import { FeedSlots, type SlotLimits } from './feed-slots.ts'
import { type FeedStream, openFeedStream } from './feed-stream.ts'
import type { LogTail } from './log-tail.ts'

/** Each subscriber costs a socket and a few kilobytes. */
const SLOTS: SlotLimits = { overall: 1_000, perHolder: 250 }

export interface Subscriber {
  /** Whose slot it takes. */
  readonly holder: string
  /** Its cursor; empty for one that begins. */
  readonly after: string
  /** Begins the answer, once it is certain that there will be one. */
  readonly open: () => Writable
}

export class Feed {
  readonly #parts: { pages: FeedPages; tail: LogTail; clock: Clock; events: Events }
  readonly #slots: FeedSlots
  readonly #streams = new Set<FeedStream>()
  #isClosed = false

  constructor(
    parts: { pages: FeedPages; tail: LogTail; clock: Clock; events: Events },
    limits = SLOTS,
  ) {
    this.#parts = parts
    this.#slots = new FeedSlots(limits)
  }

  /** Streams that are open. */
  get size(): number {
    return this.#streams.size
  }

  /**
   * Serves a subscriber until it goes, stops reading, or has to make room for others.
   * @throws AuthorityError `feed_slots_taken`, `overloaded`, `unavailable` once it is closed; nothing
   * was opened then
   */
  subscribe({ holder, after, open }: Subscriber): void {
    if (this.#isClosed) throw new AuthorityError('unavailable', { message: 'closing' })
    const { events } = this.#parts
    let out: Writable | null = null
    const free = this.#slots.take(holder, () => {
      events.emit({ type: 'feed_cut', reason: 'made_room' })
      // Not ended: who does not read would keep the connection.
      out?.destroy()
    })
    out = open()
    const stream = openFeedStream({
      ...this.#parts,
      out,
      after,
      onSlow: () => events.emit({ type: 'feed_cut', reason: 'slow' }),
    })
    this.#streams.add(stream)
    out.on('close', () => {
      free()
      this.#streams.delete(stream)
    })
  }

  /** Tells every subscriber that the key set changed. */
  announceKeys(): void {
    for (const stream of this.#streams) stream.announceKeys()
  }

  /** Ends all streams in good order; nobody gets another. */
  close(): void {
    this.#isClosed = true
    for (const stream of this.#streams) stream.close()
  }
}

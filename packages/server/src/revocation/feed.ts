// Everybody who follows the revocation log over the network, from this process. Owns who may and for
// how long; what they are told is feed-stream.ts's.
import type { Writable } from 'node:stream'
import type { FeedPage } from '@signet/guard/protocol'
import type { Clock } from '../clock.ts'
import { AuthorityError } from '../errors.ts'
import type { Events, FeedCut } from '../events.ts'
import { parseCursor } from './cursor.ts'
import type { FeedPages } from './feed-pages.ts'
import { FeedSlots, type SlotLimits } from './feed-slots.ts'
import { type FeedStream, openFeedStream } from './feed-stream.ts'
import type { LogTail } from './log-tail.ts'

/** Each subscriber costs a socket and a few kilobytes. */
const SLOTS: SlotLimits = { overall: 1_000, perHolder: 250 }

/**
 * So long a client may follow on having shown its secret once. A little more than the hour after
 * which guards open their streams afresh by themselves.
 */
const MAX_STREAM_MS = 65 * 60_000

/** Somebody who may follow. */
export interface Follower {
  /** Whose slot is taken. */
  readonly holder: string
  /** The client that was let in, and a place of the log from before; null where the feed is open. */
  readonly client: { readonly id: string; readonly since: string } | null
}

export interface Subscriber extends Follower {
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
   * Serves a subscriber until it goes, stops reading, has to make room for others, or has to show
   * again that it may follow.
   * @throws AuthorityError `feed_slots_taken`, `overloaded`, `unavailable` once it is closed; nothing
   * was opened then
   */
  subscribe({ holder, client, after, open }: Subscriber): void {
    if (this.#isClosed) throw new AuthorityError('unavailable', { message: 'closing' })
    let out: Writable | null = null
    const cut = (reason: FeedCut) => {
      this.#parts.events.emit({ type: 'feed_cut', reason })
      // Not ended: who does not read would keep the connection.
      out?.destroy()
    }
    const free = this.#slots.take(holder, () => cut('made_room'))
    out = open()
    // Gone while it was asked who it is: nothing would free the slot.
    if (out.destroyed) {
      free()
      return
    }
    const stream = openFeedStream({
      ...this.#parts,
      out,
      after,
      onPage: (page) => {
        if (client !== null && tellsOf(client, page)) cut('client_changed')
      },
      onSlow: () => cut('slow'),
    })
    this.#streams.add(stream)
    const timer = client === null ? undefined : setTimeout(() => stream.close(), MAX_STREAM_MS)
    out.on('close', () => {
      clearTimeout(timer)
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

/**
 * Whether a page revokes a client after it was let in: it was disabled, or a secret, a scope, an
 * audience or its right to follow was taken away. If it still may, it comes back. What a page says is told once too often rather than missed.
 */
function tellsOf({ id, since }: { id: string; since: string }, page: FeedPage): boolean {
  if (!page.entries.some((entry) => entry.kind === 'client' && entry.id === id)) return false
  const before = parseCursor(since)
  const reached = parseCursor(page.cursor)
  return before?.epoch !== reached?.epoch || (before?.sequence ?? 0) < (reached?.sequence ?? 0)
}

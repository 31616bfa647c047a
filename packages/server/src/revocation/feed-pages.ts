// The log in pages, for everybody who follows it in this process. Those who stand at one place share
// one reading and one text of it, so a thousand subscribers cost the database what one does.
import { setImmediate as letOthersRun } from 'node:timers/promises'
import type { FeedPage } from '@signet/guard/protocol'
import { parseCursor } from './cursor.ts'
import type { LogReading } from './log-tail.ts'
import type { Revocations } from './revocations.ts'

export interface SharedPage {
  readonly page: FeedPage
  /** The page as the event of the stream that carries it. */
  readonly event: Buffer
}

/** Pages kept for whoever comes next: about 130 KB of text each, and as much again in entries. */
const MAX_KEPT = 16

export class FeedPages {
  readonly #revocations: Revocations
  /** By place and head, the one that was used longest ago first. */
  readonly #kept = new Map<string, Promise<SharedPage>>()

  constructor(revocations: Revocations) {
    this.#revocations = revocations
  }

  /**
   * What a follower at `cursor` has not seen of what a reading found, page by page. Others run
   * between two pages, however many there are.
   * @throws DatabaseError
   */
  async *between(cursor: string, { head }: LogReading): AsyncGenerator<SharedPage, void, void> {
    for (let place = cursor; place !== head; ) {
      const shared = await this.#find(place, head)
      yield shared
      if (shared.page.complete) return
      place = shared.page.cursor
      await letOthersRun()
    }
  }

  #find(cursor: string, head: string): Promise<SharedPage> {
    const key = `${cursor} ${head}`
    const shared = this.#kept.get(key) ?? this.#read(cursor, head)
    this.#kept.delete(key)
    this.#kept.set(key, shared)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break
      this.#kept.delete(oldest)
    }
    // A reading that failed is nobody's: the next one asks again.
    shared.catch(() => this.#kept.delete(key))
    return shared
  }

  async #read(cursor: string, head: string): Promise<SharedPage> {
    const end = parseCursor(head)
    if (end === null) throw new TypeError('a reading has no head')
    const page = await this.#revocations.pageBetween(cursor, end)
    const event = `event: revoked\nid: ${page.cursor}\ndata: ${JSON.stringify(page)}\n\n`
    return { page, event: Buffer.from(event) }
  }
}

// What the authority's own guard knows of revocations: the same list as every service has, fed from
// the log in this process instead of over the network.
import {
  type RevocationHealth,
  RevocationList,
  type RevocationSource,
  type RevocationSubject,
} from '@signet/guard'
import type { Clock } from '../clock.ts'
import type { FeedPages } from './feed-pages.ts'
import type { LogReading, LogTail } from './log-tail.ts'

export class LocalRevocations implements RevocationSource {
  readonly #pages: FeedPages
  readonly #clock: Clock
  readonly #list = new RevocationList()
  readonly #stopListening: () => void
  readonly #firstReading: Promise<void>
  #markReady: () => void = () => {}
  #cursor = ''
  /** When the newest reading began, by both clocks. */
  #freshAt: { monotonic: number; wall: number } | null = null
  #lastError: string | null = null
  #queue: Promise<void> = Promise.resolve()

  constructor(parts: { pages: FeedPages; tail: LogTail; clock: Clock }) {
    this.#pages = parts.pages
    this.#clock = parts.clock
    this.#firstReading = new Promise((resolve) => {
      this.#markReady = resolve
    })
    // One reading after the other: pages must be applied in the order of the log.
    this.#stopListening = parts.tail.listen((reading) => {
      this.#queue = this.#queue.then(() => this.#follow(reading))
    })
    parts.tail.wake()
  }

  isRevoked(token: RevocationSubject): boolean {
    return this.#list.isRevoked(token)
  }

  version(): number {
    return this.#list.version
  }

  stalenessMs(): number {
    if (this.#freshAt === null) return Number.POSITIVE_INFINITY
    const { monotonic, wall } = this.#freshAt
    return Math.max(this.#clock.monotonic() - monotonic, this.#clock.now() - wall)
  }

  ready(): Promise<void> {
    return this.#firstReading
  }

  close(): void {
    this.#stopListening()
  }

  health(): RevocationHealth {
    return {
      connected: this.#lastError === null,
      cursor: this.#cursor === '' ? null : this.#cursor,
      size: this.#list.size,
      lastError: this.#lastError,
    }
  }

  async #follow(reading: LogReading): Promise<void> {
    try {
      for await (const { page } of this.#pages.between(this.#cursor, reading)) {
        this.#list.apply(page.entries)
        this.#cursor = page.cursor
      }
      const wallNow = this.#clock.now()
      const monotonic = this.#clock.monotonic()
      this.#list.advance({ wall: Math.min(reading.now, wallNow), monotonic })
      const age = monotonic - reading.startedAt
      this.#freshAt = { monotonic: reading.startedAt, wall: wallNow - age }
      this.#lastError = null
      this.#markReady()
    } catch (error) {
      // Staleness grows until a later reading gets through; the tail reports the database.
      this.#lastError = error instanceof Error ? error.message : 'unknown'
    }
  }
}

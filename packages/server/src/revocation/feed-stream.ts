// One subscriber of the feed: what happened since its cursor, then whatever happens, and a pulse
// every two seconds that proves the log was read. Messages: protocol/feed.ts.
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { FEED_PULSE_MS, type FeedPage, type FeedPulse } from '@signet/guard/protocol'
import type { Clock } from '../clock.ts'
import { parseCursor } from './cursor.ts'
import type { FeedPages } from './feed-pages.ts'
import type { LogReading, LogTail } from './log-tail.ts'

/** A subscriber that does not take a page within this does not read: it is cut and may come back. */
const DRAIN_TIMEOUT_MS = 10_000

/** Polls come every 500 ms; without this a pulse would wait for the one after its time. */
const PULSE_TOLERANCE_MS = 250

export interface FeedStream {
  /** Tells that the key set changed. */
  announceKeys(): void
  /** Ends it in good order; the subscriber may come back. */
  close(): void
}

/**
 * Serves one subscriber on `out` until it closes, stops reading or `close()` is called. At most one
 * page waits in memory for a subscriber, and its text is shared with all others at that page.
 */
export function openFeedStream(parts: {
  out: Writable
  /** Its cursor; empty, or no cursor at all, for one that begins. */
  after: string
  pages: FeedPages
  tail: LogTail
  clock: Clock
  /** Called for each page that was sent. */
  onPage?: (page: FeedPage) => void
  /** Called when the subscriber is cut because it does not read. */
  onSlow?: () => void
  drainTimeoutMs?: number
}): FeedStream {
  const { out, pages, tail, clock, drainTimeoutMs = DRAIN_TIMEOUT_MS } = parts
  const acceptedAt = clock.monotonic()
  let cursor = parseCursor(parts.after) === null ? '' : parts.after
  let pulsedAt = Number.NEGATIVE_INFINITY
  let latest: LogReading | null = null
  let sending = false

  const stopListening = tail.listen((reading) => {
    // A reading that began before this stream was accepted proves nothing to it.
    if (reading.startedAt < acceptedAt) return
    latest = reading
    if (!sending) void send()
  })
  tail.wake()
  out.on('close', stopListening)
  out.on('error', stopListening)

  async function send(): Promise<void> {
    sending = true
    try {
      while (latest !== null && !out.destroyed) {
        const reading: LogReading = latest
        latest = null
        await catchUp(reading)
        await pulse(reading)
      }
    } catch {
      // The log could not be read (the tail says so) or nobody reads: the stream ends, and the
      // subscriber connects again.
      out.destroy()
    } finally {
      sending = false
    }
  }

  /** Sends pages until the subscriber has everything up to the reading's head. */
  async function catchUp(reading: LogReading): Promise<void> {
    for await (const { page, event } of pages.between(cursor, reading)) {
      if (out.destroyed) return
      await write(event)
      cursor = page.cursor
      parts.onPage?.(page)
    }
  }

  async function pulse(reading: LogReading): Promise<void> {
    if (reading.startedAt - pulsedAt < FEED_PULSE_MS - PULSE_TOLERANCE_MS) return
    pulsedAt = reading.startedAt
    const message: FeedPulse = {
      head: reading.head,
      readAfterMs: Math.floor(reading.startedAt - acceptedAt),
      now: reading.now,
    }
    await write(`event: pulse\ndata: ${JSON.stringify(message)}\n\n`)
  }

  /** Waits for a full buffer to drain. */
  async function write(event: Buffer | string): Promise<void> {
    if (out.destroyed || out.write(event)) return
    try {
      await once(out, 'drain', { signal: AbortSignal.timeout(drainTimeoutMs) })
    } catch (error) {
      if (!out.destroyed) parts.onSlow?.()
      throw error
    }
  }

  return {
    announceKeys() {
      if (!out.destroyed) out.write('event: keys\ndata: {}\n\n')
    },
    close() {
      stopListening()
      out.end()
    },
  }
}

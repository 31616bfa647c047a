// One subscriber of the feed: what happened since its cursor, then whatever happens, and a pulse
// every two seconds that proves the log was read. Messages: protocol/feed.ts.
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { FEED_PULSE_MS, type FeedPulse } from '@signet/guard/protocol'
import type { Clock } from '../clock.ts'
import type { LogReading, LogTail } from './log-tail.ts'
import type { Revocations } from './revocations.ts'

/** A subscriber that takes nothing for this long does not read: it is cut and may come back. */
const DRAIN_TIMEOUT_MS = 10_000

/** Polls come every 500 ms; without this a pulse would wait for the one after its time. */
const PULSE_TOLERANCE_MS = 250

export interface FeedStream {
  close(): void
}

/**
 * Serves one subscriber on `out` until it closes, stops reading or `close()` is called.
 * `after` is its cursor, empty for one that begins.
 */
export function openFeedStream(parts: {
  out: Writable
  after: string
  revocations: Revocations
  tail: LogTail
  clock: Clock
}): FeedStream {
  const { out, revocations, tail, clock } = parts
  const acceptedAt = clock.monotonic()
  let cursor = parts.after
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
    while (cursor !== reading.head && !out.destroyed) {
      const page = await revocations.pageAfter(cursor)
      await write(`event: revoked\nid: ${page.cursor}\ndata: ${JSON.stringify(page)}\n\n`)
      cursor = page.cursor
      // The page may reach beyond the reading: then everything it promised is there too.
      if (page.complete) return
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

  /** Waits for a full buffer to drain, so at most one page per subscriber is held in memory. */
  async function write(text: string): Promise<void> {
    if (out.destroyed || out.write(text)) return
    await once(out, 'drain', { signal: AbortSignal.timeout(DRAIN_TIMEOUT_MS) })
  }

  return {
    close() {
      stopListening()
      out.end()
    },
  }
}

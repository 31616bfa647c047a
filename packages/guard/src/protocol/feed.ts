/**
 * The revocation feed.
 *
 * `GET /revocations?after=CURSOR` answers one {@link FeedPage}. `GET /revocations/stream` sends the
 * same as server-sent events, resuming behind `Last-Event-ID`:
 *
 *   event: revoked   id: the page's cursor   data: FeedPage     what was recorded since
 *   event: keys                              data: {}           the key set changed: fetch it again
 *   event: pulse                             data: FeedPulse    proof that the log was just read
 *
 * A cursor is `epoch.sequence`: an opaque epoch (letters and digits) and a whole number. Another
 * epoch, a cursor ahead of the log or none at all is answered with `reset: true` and the whole live
 * set, in one or more pages, the last of which is `complete`.
 */
export type FeedEvent = 'revoked' | 'keys' | 'pulse'

export type RevocationKind = 'session' | 'token' | 'client' | 'key'

export interface RevocationEntry {
  kind: RevocationKind
  /** `sid`, `jti`, `client_id` or `kid`, by kind. */
  id: string
  /** Session only: tokens whose `ver` is smaller are dead, the session lives on. */
  below?: number
  /** Client only: tokens whose `iat` is at most this (epoch seconds) are dead. */
  before?: number
  /** Epoch seconds by the feed's clock, after which the entry may be forgotten; null: never. */
  expiresAt: number | null
}

export interface FeedPage {
  /** Everything up to here is in this page or was in an earlier one (valid once `complete`). */
  cursor: string
  entries: RevocationEntry[]
  /** False: more pages follow at once. */
  complete: boolean
  /** True on the first page of a whole live set. What was known before may be kept: it expires. */
  reset?: boolean
}

export interface FeedPulse {
  /** The log's last cursor at the read that this pulse reports. */
  head: string
  /** How long after accepting this stream the read began, in milliseconds; never negative. */
  readAfterMs: number
  /** The feed's clock at that read, epoch milliseconds. */
  now: number
}

/** How often a healthy feed pulses. */
export const FEED_PULSE_MS = 2_000

/** No verifier tolerates more clock difference than this; entries are kept as much longer. */
export const MAX_LEEWAY_SECONDS = 60

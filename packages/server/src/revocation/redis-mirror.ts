// Live revocations in Redis, for programs in any language that ask there instead of following the
// feed. The log stays the truth: what Redis loses is written again. Keys and promises:
// docs/guides/revocation-from-other-languages.md.
import { randomBytes } from 'node:crypto'
import type { RevocationEntry } from '@signet/guard/protocol'
import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import { parseCursor } from './cursor.ts'
import type { FeedPages } from './feed-pages.ts'
import type { LogReading, LogTail } from './log-tail.ts'

const PREFIX = 'signet:revoked:'

/** How far in the log Redis is: a cursor, or whose turn it is to fill it from the beginning. */
const PLACE = `${PREFIX}log`

/** There only while the mirror is complete and that was confirmed within FRESH_MS. */
const FRESH = `${PREFIX}fresh`

/** As long as a verifier with the feed trusts its own knowledge by default. */
const FRESH_MS = 10_000

/** A process that fills and dies leaves the turn to another after this. */
const TURN_MS = 10_000

/** So many keys are written in one go: Redis does nothing else meanwhile, for about a millisecond. */
const KEYS_AT_ONCE = 200

// ARGV holds, for each key, what is revoked (`all` or a number) and for how many milliseconds (-1: for
// ever). An entry never narrows or shortens what is there: pages may come twice and out of order.
const MERGE = `
for i, key in ipairs(KEYS) do
  local limit, ttl = ARGV[i * 2 - 1], tonumber(ARGV[i * 2])
  local known = redis.call('GET', key)
  if known then
    if known == 'all' or (limit ~= 'all' and tonumber(known) > tonumber(limit)) then limit = known end
    local left = redis.call('PTTL', key)
    if left == -1 or (ttl >= 0 and left > ttl) then ttl = left end
  end
  if ttl < 0 then redis.call('SET', key, limit) else redis.call('SET', key, limit, 'PX', ttl) end
end`

// Takes the turn to fill, or keeps it: only where the place still is what this process saw.
const TAKE_TURN = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`

// Moves the place on. Whoever emptied Redis meanwhile took the place with it, and nothing is moved.
const MOVE = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
return 1`

interface Sighting {
  readonly place: string
  /** Monotonic milliseconds. */
  readonly at: number
}

/**
 * Writes what the log's tail finds into Redis. The place reached is kept in Redis itself, so of
 * several processes one writes and the others find nothing left to do.
 */
export class RedisMirror {
  readonly #redis: Redis
  readonly #pages: FeedPages
  readonly #clock: Clock
  readonly #events: Events
  readonly #stopListening: () => void
  #latest: LogReading | null = null
  #writing: Promise<void> | null = null
  #isFailing = false
  #seen: Sighting = { place: '', at: 0 }

  constructor(parts: {
    redis: Redis
    pages: FeedPages
    tail: LogTail
    clock: Clock
    events: Events
  }) {
    this.#redis = parts.redis
    this.#pages = parts.pages
    this.#clock = parts.clock
    this.#events = parts.events
    this.#stopListening = parts.tail.listen((reading) => {
      this.#latest = reading
      this.#writing ??= this.#writeLatest()
    })
  }

  async close(): Promise<void> {
    this.#stopListening()
    this.#latest = null
    await this.#writing
  }

  async #writeLatest(): Promise<void> {
    while (this.#latest !== null) {
      const reading: LogReading = this.#latest
      this.#latest = null
      try {
        await this.#follow(reading)
        if (this.#isFailing) this.#events.emit({ type: 'mirror_current' })
        this.#isFailing = false
      } catch (error) {
        this.#fail(error)
      }
    }
    this.#writing = null
  }

  async #follow(reading: LogReading): Promise<void> {
    const place = (await this.#redis.get(PLACE)) ?? ''
    if (place.startsWith('filling')) return
    const cursor = parseCursor(place)
    const head = parseCursor(reading.head)
    if (cursor === null || cursor.epoch !== head?.epoch) return this.#fill(place, reading)
    if (cursor.sequence > head.sequence) {
      // Another process has read more; but a log that is still shorter when it is read after the
      // place was seen has lost its end.
      if (this.#seen.place === place && this.#seen.at < reading.startedAt) {
        return this.#fill(place, reading)
      }
      this.#seen = { place, at: this.#clock.monotonic() }
      return
    }
    for await (const { page } of this.#pages.between(place, reading)) {
      await this.#write(page.entries, reading.now)
    }
    await this.#move(place, reading)
  }

  /** Writes the whole live set, as one of all processes. */
  async #fill(place: string, reading: LogReading): Promise<void> {
    const turn = `filling ${randomBytes(8).toString('hex')}`
    let held = await this.#takeTurn(place, turn)
    for await (const { page } of this.#pages.between('', reading)) {
      if (!held) return
      await this.#write(page.entries, reading.now)
      held = await this.#takeTurn(turn, turn)
    }
    if (held) await this.#move(turn, reading)
  }

  async #write(entries: readonly RevocationEntry[], now: number): Promise<void> {
    const live = entries.flatMap((entry) => {
      const ttl = entry.expiresAt === null ? -1 : Math.ceil(entry.expiresAt * 1000 - now)
      return ttl === -1 || ttl > 0 ? [{ entry, ttl }] : []
    })
    for (let from = 0; from < live.length; from += KEYS_AT_ONCE) {
      const some = live.slice(from, from + KEYS_AT_ONCE)
      const keys = some.map(({ entry }) => `${PREFIX}${entry.kind}:${entry.id}`)
      const values = some.flatMap(({ entry, ttl }) => [entry.below ?? entry.before ?? 'all', ttl])
      await this.#redis.eval(MERGE, keys.length, ...keys, ...values)
    }
  }

  async #takeTurn(seen: string, turn: string): Promise<boolean> {
    return (await this.#redis.eval(TAKE_TURN, 1, PLACE, seen, turn, TURN_MS)) === 1
  }

  async #move(from: string, { head, startedAt }: LogReading): Promise<void> {
    const age = this.#clock.monotonic() - startedAt
    await this.#redis.eval(MOVE, 2, PLACE, FRESH, from, head, Math.floor(FRESH_MS - age))
  }

  #fail(error: unknown): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const reason = error instanceof Error ? error.message : 'unknown'
    this.#events.emit({ type: 'mirror_behind', reason })
  }
}

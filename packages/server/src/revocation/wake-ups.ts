// How authority processes on one database tell each other that the log has grown. Only ever a hint:
// nothing is in it, nobody waits for it, and a process that hears none polls twice a second.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import { createPostgresChannel } from '../db/postgres-channel.ts'
import type { Events } from '../events.ts'
import { createRedisChannel } from '../redis/redis-channel.ts'
import type { WakeChannel } from '../wake-channel.ts'

/** A connection can stand and carry nothing: each process sends itself a message this often. */
const CHECK_MS = 10_000
const CHECK_TIMEOUT_MS = 3_000
const MIN_PAUSE_MS = 200
const MAX_PAUSE_MS = 10_000

const WAKE = 'wake'

export class WakeUps {
  readonly #channel: WakeChannel
  readonly #events: Events
  readonly #onWake: () => void
  readonly #stop = new AbortController()
  /** What this process sends to itself. */
  readonly #ownCall = `check ${randomBytes(8).toString('hex')}`
  #heardOwnCall: () => void = () => {}
  #sending = false
  #sendAgain = false
  #isLost = false
  #attempts = 0
  readonly #running: Promise<void>

  constructor(parts: { channel: WakeChannel; events: Events; onWake: () => void }) {
    this.#channel = parts.channel
    this.#events = parts.events
    this.#onWake = parts.onWake
    this.#running = this.#run()
  }

  /** Wakes the other processes. Never waits and never fails: they poll as well. */
  announce(): void {
    if (this.#stop.signal.aborted) return
    this.#sendAgain = this.#sending
    if (this.#sending) return
    this.#sending = true
    this.#channel
      .send(WAKE)
      .catch(() => {})
      .finally(() => {
        this.#sending = false
        if (this.#sendAgain) this.announce()
      })
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await this.#listen()
      } catch (error) {
        if (!signal.aborted) this.#lost(error)
      }
      const pause = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** this.#attempts++)
      // Half to whole, so that many processes do not come back in one moment.
      await wait(pause * (0.5 + Math.random() / 2), signal)
    }
  }

  /** Until the connection breaks or this is closed. */
  async #listen(): Promise<void> {
    const over = new AbortController()
    const { signal } = over
    const stop = () => over.abort(this.#stop.signal.reason)
    const close = await this.#channel.open({
      heard: (message) => {
        if (message === this.#ownCall) this.#heardOwnCall()
        else if (message === WAKE) this.#onWake()
      },
      broken: (error) => over.abort(error),
    })
    this.#stop.signal.addEventListener('abort', stop)
    if (this.#stop.signal.aborted) stop()
    try {
      while (!signal.aborted) {
        await this.#check(signal)
        await wait(CHECK_MS, signal)
      }
      throw signal.reason
    } finally {
      this.#stop.signal.removeEventListener('abort', stop)
      over.abort()
      close()
    }
  }

  async #check(signal: AbortSignal): Promise<void> {
    const heard = new Promise<boolean>((resolve) => {
      this.#heardOwnCall = () => resolve(true)
    })
    await this.#channel.send(this.#ownCall)
    const late = wait(CHECK_TIMEOUT_MS, signal).then(() => false)
    const isHeard = await Promise.race([heard, late])
    if (signal.aborted) return
    if (!isHeard) throw new Error(this.#channel.hint)
    this.#attempts = 0
    if (this.#isLost) this.#events.emit({ type: 'wake_ups_heard' })
    this.#isLost = false
    // Whatever was announced while nobody listened.
    this.#onWake()
  }

  #lost(error: unknown): void {
    if (this.#isLost) return
    this.#isLost = true
    const reason = error instanceof Error ? error.message : 'unknown'
    this.#events.emit({ type: 'wake_ups_lost', reason })
  }
}

/** What a config asks for; null: polling is all there is. */
export function openWakeUps(parts: {
  config: Config
  redis: Redis | null
  database: Database
  events: Events
  onWake: () => void
}): WakeUps | null {
  const { config, redis, database, events, onWake } = parts
  const channel = createChannel({ config, redis, database })
  return channel === null ? null : new WakeUps({ channel, events, onWake })
}

function createChannel({
  config,
  redis,
  database,
}: {
  config: Config
  redis: Redis | null
  database: Database
}): WakeChannel | null {
  if (config.wakeUps === 'redis' && redis !== null) return createRedisChannel(redis)
  if (config.wakeUps === 'notify' && config.database.kind === 'postgres') {
    return createPostgresChannel({
      database,
      server: config.directDatabase ?? config.database.server,
    })
  }
  return null
}

/** Resolves after so long, or as soon as the signal is aborted. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  // It rejects for nothing but the signal.
  return sleep(ms, undefined, { signal }).catch(() => {})
}

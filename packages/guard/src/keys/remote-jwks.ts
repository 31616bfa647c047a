// The key set of an issuer, kept fresh in the background. Requests never fetch, with one exception:
// a token that names an unknown key, and then as seldom as unknown-kids.ts says.
import { type Algorithm, createKeySet, type KeySet } from '@signet/token'
import { ageMs, type Clock, type Moment, momentOf } from '../clock.ts'
import { describeError, GuardError, isSetupError } from '../errors.ts'
import type { EmitEvent } from '../events.ts'
import { Gate } from '../gate.ts'
import { createBackOff } from '../http/back-off.ts'
import type { Discovery } from '../http/discovery.ts'
import type { JsonAnswer, JsonClient } from '../http/json-client.ts'
import type { KeySource, KeysHealth } from './key-source.ts'
import { UnknownKids } from './unknown-kids.ts'

const KEY_SET_MAX_BYTES = 256 * 1024
const DEFAULT_MAX_AGE_SECONDS = 600
const MIN_MAX_AGE_SECONDS = 10
const MAX_MAX_AGE_SECONDS = 86_400

export interface RemoteKeysOptions {
  issuer: string
  algorithms: readonly Algorithm[]
  /** How long a set is used after it was last confirmed. */
  maxStaleSeconds: number
  discovery: Discovery
  client: JsonClient
  clock: Clock
  emit: EmitEvent
}

export class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions
  readonly #gate = new Gate()
  readonly #unknownKids: UnknownKids
  // The second attempt is the last that requests wait for while a guard starts: issuer.ts.
  readonly #backOff = createBackOff({ minMs: 2_000, maxMs: 30_000 })
  #keySet: KeySet | null = null
  #confirmed: Moment | null = null
  #etag: string | null = null
  #lastError: string | null = null
  #loading: Promise<void> | null = null
  #isOutdated = false
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: RemoteKeysOptions) {
    this.#options = options
    this.#unknownKids = new UnknownKids(options.clock)
    void this.reload()
  }

  keySet(): KeySet {
    const { clock, maxStaleSeconds } = this.#options
    if (this.#keySet === null || this.#confirmed === null) {
      throw new GuardError('keys_unavailable', { reason: 'keys_never_fetched' })
    }
    if (ageMs(this.#confirmed, clock) > maxStaleSeconds * 1000) {
      // After a machine slept or a clock was set, the next planned fetch may be far away.
      void this.refresh()
      throw new GuardError('keys_unavailable', { reason: 'keys_too_old' })
    }
    return this.#keySet
  }

  ready(): Promise<void> {
    return this.#gate.wait()
  }

  async refresh(kid?: string): Promise<void> {
    if (this.#loading !== null) return this.#loading
    if (this.#unknownKids.take(kid)) await this.reload()
  }

  /**
   * Fetches now, because the issuer said that its keys changed. One fetch at a time: a call during
   * a fetch, which may have read the old set, makes one more follow.
   */
  async reload(): Promise<void> {
    if (this.#isClosed) return
    if (this.#loading !== null) {
      this.#isOutdated = true
      return this.#loading
    }
    this.#loading = this.#loadAll()
    await this.#loading
  }

  /** Fetches now where the last attempt failed, because the issuer can be reached again. */
  async retry(): Promise<void> {
    if (this.#lastError !== null) await this.reload()
  }

  health(): KeysHealth {
    return {
      count: this.#keySet?.size ?? 0,
      fetchedAt: this.#confirmed === null ? null : Math.floor(this.#confirmed.wall / 1000),
      lastError: this.#lastError,
    }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#gate.fail(new GuardError('guard_closed'))
  }

  async #loadAll(): Promise<void> {
    do {
      this.#isOutdated = false
      await this.#load()
    } while (this.#isOutdated && !this.#isClosed)
    // In one step with the decision to stop: whoever calls from here on begins a fetch.
    this.#loading = null
  }

  async #load(): Promise<void> {
    const { client, clock, discovery, emit, issuer } = this.#options
    clearTimeout(this.#timer)
    // The set is as old as the request: the answer may have been written right after it.
    const sent = momentOf(clock)
    try {
      const { keySetUrl } = await discovery.get()
      const answer = await client.get({
        url: keySetUrl,
        maxBytes: KEY_SET_MAX_BYTES,
        etag: this.#etag,
      })
      const keySet = answer.status === 304 ? this.#keySet : this.#readKeySet(answer)
      if (this.#isClosed) return
      this.#keySet = keySet
      this.#confirmed = sent
      this.#lastError = null
      this.#backOff.reset()
      this.#gate.open()
      this.#schedule(pauseMs(answer.maxAgeSeconds))
      emit({ type: 'keys_refreshed', issuer, count: keySet?.size ?? 0 })
    } catch (error) {
      if (this.#isClosed) return
      const reason = describeError(error)
      this.#lastError = reason
      if (isSetupError(error)) this.#gate.fail(error)
      // The addresses may have moved.
      discovery.forget()
      this.#schedule(this.#backOff.next())
      emit({ type: 'keys_failed', issuer, reason })
    }
  }

  /** @throws Error unless it is a set with at least one usable public key and no secret. */
  #readKeySet(answer: Extract<JsonAnswer, { status: 200 }>): KeySet {
    const { algorithms } = this.#options
    // A key without `alg` gets one only from a policy that leaves no choice.
    const [only, ...others] = algorithms
    const keySet = createKeySet(
      answer.body as { keys: unknown[] },
      only !== undefined && others.length === 0 ? { algorithm: only } : {},
    )
    if (keySet.size === 0) throw new Error('The key set holds no usable key')
    if (keySet.keys().some((key) => key.kind !== 'public')) {
      throw new Error('The key set holds a secret')
    }
    this.#etag = answer.etag
    return keySet
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => void this.reload(), ms).unref()
  }
}

/** A little ahead of the end of what the answer may be used for, and not all verifiers at once. */
function pauseMs(maxAgeSeconds: number | null): number {
  const seconds = Math.min(
    MAX_MAX_AGE_SECONDS,
    Math.max(MIN_MAX_AGE_SECONDS, maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS),
  )
  return seconds * 1000 * (0.75 + Math.random() * 0.2)
}

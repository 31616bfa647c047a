// Owns what this process knows of the signing keys: which one signs, which ones verify. Read from the
// database again and again, because other processes change them; changes: key-changes.ts. Signs
// nothing itself: tokens/issuer.ts asks for the key.
import { setTimeout as sleep } from 'node:timers/promises'
import type { KeySource } from '@signet/guard'
import { type Key, type KeySet, publicKey } from '@signet/token'
import type { Clock } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { KeyChanges } from './key-changes.ts'
import { CONFIRMED_FOR_SECONDS, cacheSecondsOf, type KeyFacts, planKeys } from './key-plan.ts'
import { listSealedKeys } from './key-store.ts'
import { openKey, resealKeys } from './open-keys.ts'
import { type PublishedKeys, publishKeys, type SigningKeys } from './signing-keys.ts'

/** Half a second late is early enough for whatever another process or an operator changed. */
const POLL_MS = 500

/** Requests may ask for a reading: however many do, there is one in this time. */
const MIN_PAUSE_MS = 20

/** What is due and could not be done is not tried at every reading. */
const RETRY_MS = 5_000

/** The keys at one moment. */
interface Knowledge {
  readonly keys: readonly KeyFacts[]
  /** Of the published ones, in their order. */
  readonly kids: string
  /** Epoch seconds by the database's clock. */
  readonly now: number
  readonly active: KeyFacts
  readonly signingKey: Key
  readonly published: PublishedKeys
  /** Monotonic milliseconds at which the reading began. */
  readonly readAt: number
}

interface KeyringParts {
  readonly database: Database
  readonly secrets: SecretRing
  readonly changes: KeyChanges
  readonly clock: Clock
  readonly events: Events
}

export class Keyring implements SigningKeys {
  readonly #parts: KeyringParts
  readonly #opened: Map<string, Key>
  readonly #listeners = new Set<() => void>()
  readonly #timer: NodeJS.Timeout
  #known: Knowledge
  #reading: Promise<void> | null = null
  #following: Promise<void> | null = null
  #ticking: Promise<void> | null = null
  #lastError: string | null = null
  #retryAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  /**
   * Makes the keys that are missing, opens all of them, and follows them from there on.
   * @throws StartError when a key cannot be opened with the configured secrets
   */
  static async open(parts: KeyringParts): Promise<Keyring> {
    const opened = new Map<string, Key>()
    // Before anything is changed: a wrong secret must not add keys of its own.
    await openMissing(parts, opened)
    await parts.changes.advance({ isStart: true })
    const known = await readKeys(parts, opened, null)
    await resealKeys(parts.database, parts.secrets)
    return new Keyring(parts, { opened, known })
  }

  private constructor(
    parts: KeyringParts,
    { opened, known }: { opened: Map<string, Key>; known: Knowledge },
  ) {
    this.#parts = parts
    this.#opened = opened
    this.#known = known
    this.#timer = setInterval(() => {
      this.#ticking ??= this.#tick().finally(() => {
        this.#ticking = null
      })
    }, POLL_MS)
  }

  get keySet(): KeySet {
    return this.#known.published.keySet
  }

  get published(): PublishedKeys {
    return this.#known.published
  }

  get activeAgeSeconds(): number {
    const { active, now } = this.#known
    return now - (active.activatedAt ?? active.createdAt)
  }

  /**
   * Nothing is read for it where the keys were read in the last seconds. Where they could not be,
   * another process may have changed them, and nobody knows the end of a token that is signed with a
   * key out of use.
   */
  async getSigningKey(): Promise<Key> {
    if (!this.#isConfirmed()) await this.confirm()
    if (!this.#isConfirmed()) {
      const message = `nothing is signed: ${this.#lastError ?? 'the keys could not be read in time'}`
      throw new AuthorityError('unavailable', { message })
    }
    return this.#known.signingKey
  }

  /** By a reading that begins after this call. Where it fails, what was known gets older. */
  async confirm(): Promise<void> {
    if (this.#reading === null) {
      this.#reading = this.#read()
      return this.#reading
    }
    this.#following ??= this.#reading.then(() => {
      this.#following = null
      return this.confirm()
    })
    return this.#following
  }

  /** Counted from the reading: a set that was not confirmed for so long is good for this moment only. */
  cacheSeconds(): number {
    const { clock, changes } = this.#parts
    const { keys, readAt } = this.#known
    const ageSeconds = Math.floor((clock.monotonic() - readAt) / 1000)
    return Math.max(0, cacheSecondsOf(keys, changes.rules) - ageSeconds)
  }

  /** The published keys; the guard asks when it meets an unknown one. */
  createSource(): KeySource {
    return {
      keySet: () => this.#known.published.keySet,
      ready: async () => {},
      refresh: () => this.confirm(),
      close: () => {},
      health: () => ({
        count: this.#known.published.keySet.size,
        fetchedAt: null,
        lastError: this.#lastError,
      }),
    }
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#listeners.clear()
    await this.#ticking
    await this.#reading
  }

  #isConfirmed(): boolean {
    const { clock, changes } = this.#parts
    const { readAt, active } = this.#known
    const isYoung = clock.monotonic() - readAt <= CONFIRMED_FOR_SECONDS * 1000
    // Until it is written down how long our tokens live, the key may go before they do.
    return isYoung && active.tokenSeconds >= changes.rules.accessTtlSeconds
  }

  async #read(): Promise<void> {
    const { clock, events } = this.#parts
    try {
      const pauseMs = MIN_PAUSE_MS - (clock.monotonic() - this.#known.readAt)
      if (pauseMs > 0) await sleep(pauseMs)
      const { published } = this.#known
      this.#known = await readKeys(this.#parts, this.#opened, this.#known)
      const isChanged = this.#known.published !== published
      if (this.#lastError !== null) events.emit({ type: 'keys_readable' })
      this.#lastError = null
      if (isChanged) for (const listener of this.#listeners) listener()
    } catch (error) {
      const reason = reasonOf(error)
      if (this.#lastError === null && !this.#isClosed) {
        events.emit({ type: 'keys_unreadable', reason })
      }
      this.#lastError = reason
    } finally {
      this.#reading = null
    }
  }

  async #tick(): Promise<void> {
    const { changes, clock, events } = this.#parts
    await this.confirm()
    if (this.#isClosed || this.#lastError !== null || clock.monotonic() < this.#retryAt) return
    const { keys, now } = this.#known
    if (planKeys(keys, { rules: changes.rules, now }).length === 0) return
    try {
      await changes.advance()
    } catch (error) {
      this.#retryAt = clock.monotonic() + RETRY_MS
      if (!this.#isClosed) events.emit({ type: 'keys_unchanged', reason: reasonOf(error) })
      return
    }
    await this.confirm()
  }
}

/** @throws StartError; DatabaseError */
async function readKeys(
  parts: Pick<KeyringParts, 'database' | 'secrets' | 'changes' | 'clock'>,
  opened: Map<string, Key>,
  before: Knowledge | null,
): Promise<Knowledge> {
  const readAt = parts.clock.monotonic()
  const { keys, now } = await parts.changes.list()
  const living = keys.filter(({ state }) => state !== 'revoked')
  if (living.some(({ kid }) => !opened.has(kid))) await openMissing(parts, opened)
  for (const kid of opened.keys()) {
    if (!living.some((key) => key.kid === kid)) opened.delete(kid)
  }
  const active = living.find(({ state }) => state === 'active')
  if (active === undefined) throw new Error('there is no active key')
  const keyOf = ({ kid }: KeyFacts): Key => {
    const key = opened.get(kid)
    if (key === undefined) throw new Error('the keys changed while they were read')
    return key
  }
  const kids = living.map(({ kid }) => kid).join(' ')
  const published =
    before?.kids === kids
      ? before.published
      : publishKeys(living.map((key) => publicKey(keyOf(key))))
  return { keys, kids, now, active, signingKey: keyOf(active), published, readAt }
}

async function openMissing(
  { database, secrets }: Pick<KeyringParts, 'database' | 'secrets'>,
  opened: Map<string, Key>,
): Promise<void> {
  for (const row of await listSealedKeys(database)) {
    if (!opened.has(row.kid)) opened.set(row.kid, openKey(row, secrets))
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}

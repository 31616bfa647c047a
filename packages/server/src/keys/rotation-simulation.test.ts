// Many processes, caches and hours in which everything goes wrong that may: processes crash, stand
// still between any two steps, start with other settings; commits are late; caches keep what they may.
// The plan is the real one; the world around it is a model of key-changes.ts and keyring.ts.
import { MAX_LEEWAY_SECONDS } from '@signet/guard/protocol'
import { expect, test } from 'vitest'
import { createProofRun, type Random, roundsOf, type Tally } from '../../test/proofs/proof-run.ts'
import {
  announceSecondsOf,
  CONFIRMED_FOR_SECONDS,
  cacheSecondsOf,
  type KeyChange,
  type KeyFacts,
  type KeyRules,
  planKeys,
} from './key-plan.ts'

const SEED = 8
const HISTORIES = 100
const STEPS = 6_000

test(`in ${HISTORIES} histories of many processes with seed ${SEED} no key signs that a cache can lack, and none goes while its tokens live`, () => {
  const run = createProofRun({ database: 'SQLite', seed: SEED, count: HISTORIES })
  for (const { random } of roundsOf(run)) {
    const world = new World(random, run.tally)
    for (let step = 0; step < STEPS; step++) world.step()
  }
  // It was seen at all.
  for (const what of ['signatures', 'rotations', 'removals', 'crashes', 'standstills']) {
    expect({ what, isSeen: run.tally.of(what) > 100 }).toEqual({ what, isSeen: true })
  }
}, 180_000)

/** Short and long beside each other: what caches were promised differs by much. */
const ROTATIONS = [5, 20, 300]
const LIVES = [5, 30, 120]
const PROCESSES = 4
const CACHES = 6
/** Between an answer and its arrival: caches count from there. */
const MAX_TRANSIT_MS = 900

interface Process {
  rules: KeyRules
  known: { keys: readonly KeyFacts[]; readAt: number } | null
  /** Stands still until then. */
  idleUntil: number
}

interface Cache {
  kids: readonly string[]
  goodUntil: number
}

class World {
  readonly #random: Random
  readonly #tally: Tally
  #now = 1_800_000_000_000
  #keys: readonly KeyFacts[] = []
  /** A transaction that is decided and not committed: until then nobody else has a turn. */
  #pending: { keys: readonly KeyFacts[]; commitAt: number } | null = null
  #made = 0
  readonly #processes: Process[]
  readonly #caches: Cache[] = []
  /** When the last token of a key is dead for the most lenient verifier. */
  readonly #deadAt = new Map<string, number>()

  constructor(random: Random, tally: Tally) {
    this.#random = random
    this.#tally = tally
    this.#processes = Array.from({ length: PROCESSES }, () => this.#start())
    for (let index = 0; index < CACHES; index++) this.#caches.push({ kids: [], goodUntil: 0 })
  }

  step(): void {
    this.#now += this.#random.below(400)
    this.#commit()
    const process = this.#random.pick(this.#processes)
    if (process.idleUntil > this.#now) return
    switch (this.#random.below(12)) {
      case 0:
      case 1:
      case 2:
        // Nobody serves before there are keys.
        if (this.#keys.length > 0) process.known = { keys: this.#keys, readAt: this.#now }
        break
      case 3:
      case 4:
        this.#write(process, { isStart: false })
        break
      case 5:
      case 6:
      case 7:
        this.#fetch(process)
        break
      case 8:
      case 9:
        this.#sign(process)
        break
      case 10:
        if (this.#random.below(10) > 0) break
        process.idleUntil = this.#now + this.#random.below(60_000)
        this.#tally.add('standstills')
        break
      default:
        if (this.#random.below(20) > 0) break
        this.#tally.add('crashes')
        Object.assign(process, this.#start())
        this.#write(process, { isStart: true })
    }
  }

  #start(): Process {
    const rules: KeyRules = {
      algorithm: this.#random.below(10) === 0 ? 'RS256' : 'ES256',
      keyRotationSeconds: this.#random.pick(ROTATIONS),
      accessTtlSeconds: this.#random.pick(LIVES),
    }
    return { rules, known: null, idleUntil: 0 }
  }

  #commit(): void {
    if (this.#pending === null || this.#pending.commitAt > this.#now) return
    const { keys } = this.#pending
    this.#pending = null
    for (const { kid } of this.#keys) {
      if (keys.some((key) => key.kid === kid)) continue
      this.#tally.add('removals')
      if ((this.#deadAt.get(kid) ?? 0) > this.#now) throw new Error(`${kid} goes before its tokens`)
    }
    const activeOf = (list: readonly KeyFacts[]) =>
      list.find(({ state }) => state === 'active')?.kid
    if (activeOf(keys) !== activeOf(this.#keys)) this.#tally.add('rotations')
    this.#keys = keys
    for (const wanted of ['active', 'next']) {
      const count = keys.filter(({ state }) => state === wanted).length
      if (count !== 1) throw new Error(`${count} keys are ${wanted}`)
    }
  }

  #write({ rules }: Process, { isStart }: { isStart: boolean }): void {
    if (this.#pending !== null) return
    const now = Math.floor(this.#now / 1000)
    const plan = planKeys(this.#keys, { rules, now, isStart })
    if (plan.length === 0) return
    const keys = plan.reduce(
      (before, change) => this.#apply(before, change, { rules, now }),
      this.#keys,
    )
    const delay = this.#random.below(10) === 0 ? 20_000 : 50
    this.#pending = { keys, commitAt: this.#now + this.#random.below(delay) }
  }

  #apply(
    keys: readonly KeyFacts[],
    change: KeyChange,
    { rules, now }: { rules: KeyRules; now: number },
  ): readonly KeyFacts[] {
    if (change.type === 'remove') return keys.filter(({ kid }) => kid !== change.kid)
    if (change.type === 'create') {
      this.#made += 1
      const isActive = change.state === 'active'
      const key: KeyFacts = {
        kid: `k${this.#made}`,
        algorithm: change.algorithm,
        state: change.state,
        createdAt: now,
        announcedAt: null,
        activatedAt: isActive ? now : null,
        retiredAt: null,
        revokedAt: null,
        dueAt: null,
        announceSeconds: announceSecondsOf(rules),
        tokenSeconds: rules.accessTtlSeconds,
      }
      return [...keys, key]
    }
    const become = (): Partial<KeyFacts> | undefined => {
      switch (change.type) {
        case 'announced':
          return { announcedAt: now }
        case 'retired':
          return { retiredAt: now }
        case 'lengthen':
          return change
        case 'activate':
          return { state: 'active', activatedAt: now, tokenSeconds: rules.accessTtlSeconds }
        case 'retire':
          return { state: 'retiring' }
      }
    }
    return keys.map((key) => (key.kid === change.kid ? { ...key, ...become() } : key))
  }

  #fetch({ known, rules }: Process): void {
    const cache = this.#random.pick(this.#caches)
    if (known === null || cache.goodUntil > this.#now) return
    const ageSeconds = Math.floor((this.#now - known.readAt) / 1000)
    const maxAgeSeconds = Math.max(0, cacheSecondsOf(known.keys, rules) - ageSeconds)
    cache.kids = known.keys.map(({ kid }) => kid)
    const arrivedAt = this.#now + this.#random.below(MAX_TRANSIT_MS)
    cache.goodUntil = maxAgeSeconds === 0 ? 0 : arrivedAt + maxAgeSeconds * 1000
  }

  #sign({ known, rules }: Process): void {
    if (known === null || this.#now - known.readAt > CONFIRMED_FOR_SECONDS * 1000) return
    const active = known.keys.find(({ state }) => state === 'active')
    if (active === undefined || active.tokenSeconds < rules.accessTtlSeconds) return
    this.#tally.add('signatures')
    const { kid } = active
    const expiresAt = Math.floor(this.#now / 1000) + rules.accessTtlSeconds
    const deadAt = (expiresAt + MAX_LEEWAY_SECONDS) * 1000
    this.#deadAt.set(kid, Math.max(this.#deadAt.get(kid) ?? 0, deadAt))
    expect(
      this.#keys.some((key) => key.kid === kid),
      `${kid} is still there`,
    ).toBe(true)
    for (const cache of this.#caches) {
      if (cache.goodUntil > this.#now) expect(cache.kids).toContain(kid)
    }
  }
}

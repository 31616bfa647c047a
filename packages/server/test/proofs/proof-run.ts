// What every long proof shares: numbered rounds that can be run in pieces, each with random choices
// of its own, and a tally of what was seen.

export interface ProofRun {
  readonly database: 'SQLite' | 'PostgreSQL'
  readonly seed: number
  /** The first round's number; pieces of one seed add up. */
  readonly from: number
  readonly count: number
  /** Aborted by Ctrl-C: the round under way is the last. */
  readonly signal: AbortSignal
  readonly tally: Tally
}

/** A run at the length of the tests. */
export function createProofRun(
  run: Pick<ProofRun, 'database' | 'seed' | 'count'> & Partial<ProofRun>,
): ProofRun {
  return { from: 0, signal: new AbortController().signal, tally: new Tally(), ...run }
}

/** How often each thing happened, and how long what was measured took. */
export class Tally {
  readonly #counts = new Map<string, number>()
  readonly #times = new Map<string, number[]>()

  add(what: string, count = 1): void {
    this.#counts.set(what, this.of(what) + count)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  entries(): [string, number][] {
    return [...this.#counts]
  }

  measure(what: string, ms: number): void {
    const times = this.#times.get(what)
    if (times === undefined) this.#times.set(what, [ms])
    else times.push(ms)
  }

  /** What was measured, in milliseconds. */
  distributions(): [string, Distribution][] {
    return [...this.#times].map(([what, times]) => [what, distributionOf(times)])
  }
}

export interface Distribution {
  readonly median: number
  readonly p99: number
  readonly max: number
}

function distributionOf(times: readonly number[]): Distribution {
  const sorted = [...times].sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return { median: at(0.5), p99: at(0.99), max: at(1) }
}

export interface Round {
  readonly index: number
  readonly random: Random
}

/** The rounds of a run, counted as `rounds` once they held. */
export function* roundsOf(run: ProofRun): Generator<Round> {
  for (let index = run.from; index < run.from + run.count && !run.signal.aborted; index++) {
    yield { index, random: createRandom(run.seed * 1_000_003 + index) }
    run.tally.add('rounds')
  }
}

export interface Random {
  /** From 0 up to and without 1. */
  next(): number
  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number
  pick<T>(list: readonly T[]): T
}

/** mulberry32: small, seeded, the same everywhere. */
function createRandom(seed: number): Random {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing to pick from')
      return list[below(list.length)] as T
    },
  }
}

// Judges what a verifier answered, from the words of the guarantee and from nothing else: what was
// acknowledged when, what was cut when, and by which clock. It knows no code of the guard.
//
//   After an acknowledged end no verifier with a fresh feed accepts the token; a route that declares
//   `refuse` never accepts it later than the staleness that is allowed; any other never past its expiry.
//
// And: a route that says `accept` takes every living token whatever is cut; nothing of ours is 401.
import assert from 'node:assert/strict'
import type { Tally } from '../proof-run.ts'

export const POLICIES = ['accept', 'refuse', 'introspect'] as const
export type Policy = (typeof POLICIES)[number]

/** Moments are milliseconds of the machine's monotonic clock, which all its processes share. */
export const nowMs = () => Number(process.hrtime.bigint()) / 1e6

/** A token and what became of it, as its owner knows. */
export interface Holding {
  readonly token: string
  readonly expiresAt: number
  /** From then on its end may be known. */
  endAskedAt: number | null
  /** From then on its end must become known. */
  endedAt: number | null
  /** When a verifier was first heard to know of it by itself. */
  knownAt: number | null
}

export interface Verdict {
  readonly policy: Policy
  readonly held: Holding
  readonly status: number
  readonly code: string | undefined
  /** When the verifier began to judge, and when its answer was there. */
  readonly begunAt: number
  readonly answeredAt: number
}

/** Between the clock of expiry and the monotonic one: both are read in whole milliseconds. */
const ROUNDING_MS = 50

/**
 * How long before its end a token may already be refused: the issuer's time is dated from when a
 * stream was asked for, which on a slow network is that much earlier.
 */
const EARLY_MS = 6_000

export class Oracle {
  readonly #tally: Tally
  readonly #maxStalenessMs: number
  /** While nothing of the log can reach the verifier. */
  #sealed: { from: number; until: number } | null = null
  /** From when the verifier's clock went forward to when it was fresh again. */
  #ahead: { from: number; until: number } | null = null
  /** Answers that began behind `at` were given by who knows of all ends before `upTo`. */
  #proven: { at: number; upTo: number } = { at: 0, upTo: 0 }

  constructor(parts: { tally: Tally; maxStalenessMs: number }) {
    this.#tally = parts.tally
    this.#maxStalenessMs = parts.maxStalenessMs
  }

  seal(): void {
    this.#sealed = { from: nowMs(), until: Number.POSITIVE_INFINITY }
  }

  unseal(): void {
    if (this.#sealed !== null) this.#sealed.until = Math.min(this.#sealed.until, nowMs())
  }

  /** To be called before the verifier's clock is set forward, and what it answers after that. */
  clockGoesForward(): () => void {
    const ahead = { from: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY }
    this.#ahead = ahead
    return () => {
      ahead.from = nowMs()
    }
  }

  /** @throws AssertionError for an answer that breaks the guarantee */
  judge(verdict: Verdict): void {
    const { status, code, policy } = verdict
    if (status === 200) this.#judgeAccepted(verdict)
    else if (status === 401) this.#judgeRefused(verdict)
    else {
      assert.equal(status, 503, `${policy} answered ${status} ${code}`)
      assert.notEqual(policy, 'accept', `accept answered 503 ${code}`)
      assert.equal(code, 'revocation_stale')
      this.#tally.add(`${policy}: 503`)
    }
  }

  /** What `health()` says must not be better than what routes do. @throws AssertionError */
  judgeHealth(health: { status: string; begunAt: number; answeredAt: number }): void {
    assert.ok(health.status === 'fresh' || health.status === 'stale', `health is ${health.status}`)
    if (health.status === 'fresh') {
      assert.ok(!this.#mustBeStale(health), 'health() says fresh though nothing could be heard')
    }
  }

  #judgeAccepted(verdict: Verdict): void {
    const { policy, held, begunAt } = verdict
    const { endedAt, knownAt } = held
    assert.ok(
      begunAt < held.expiresAt + ROUNDING_MS,
      `${policy} accepted a token ${Math.round(begunAt - held.expiresAt)} ms past its expiry`,
    )
    if (endedAt === null || begunAt <= endedAt) {
      this.#tally.add(`${policy}: living token accepted`)
    } else {
      const late = Math.round(begunAt - endedAt)
      assert.ok(
        policy === 'accept' || late <= this.#maxStalenessMs,
        `${policy} accepted a token ${late} ms after its end`,
      )
      assert.ok(knownAt === null || begunAt <= knownAt, `${policy} forgot the end of a token`)
      const { at, upTo } = this.#proven
      assert.ok(
        begunAt <= at || endedAt >= upTo,
        `${policy} accepted a token ${late} ms after its end, with a feed that was fresh since`,
      )
      this.#tally.add(`${policy}: ended token accepted within the guarantee`)
    }
    if (policy !== 'refuse') return
    assert.ok(!this.#mustBeStale(verdict), 'refuse accepted though nothing could be heard')
    this.#proven = {
      at: Math.max(this.#proven.at, verdict.answeredAt),
      upTo: Math.max(this.#proven.upTo, begunAt - this.#maxStalenessMs),
    }
    const ahead = this.#ahead
    if (ahead !== null && begunAt > ahead.from)
      ahead.until = Math.min(ahead.until, verdict.answeredAt)
  }

  #judgeRefused({ policy, held, code, begunAt, answeredAt }: Verdict): void {
    if (code === 'token_revoked') {
      assert.ok(held.endAskedAt !== null, `${policy} calls a living token revoked`)
      if (policy !== 'introspect') held.knownAt ??= answeredAt
      this.#tally.add(`${policy}: ended token refused`)
      return
    }
    assert.equal(code, 'token_expired', `${policy} answered 401 ${code}`)
    if (answeredAt >= held.expiresAt - EARLY_MS) {
      this.#tally.add(`${policy}: expired token refused`)
      return
    }
    const isExcused = this.#ahead !== null && begunAt <= this.#ahead.until
    assert.ok(isExcused, `${policy} calls a living token expired`)
    this.#tally.add(`${policy}: living token refused, the clock had just gone forward`)
  }

  #mustBeStale({ begunAt, answeredAt }: { begunAt: number; answeredAt: number }): boolean {
    if (this.#sealed === null) return false
    const { from, until } = this.#sealed
    return begunAt > from + this.#maxStalenessMs && answeredAt < until
  }
}

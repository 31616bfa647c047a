// Whoever uses a lane: logs in at the authority, ends sessions there, and all the time presents tokens
// that live, that ended and that expired at each route of the verifier. What is answered is judged by
// the oracle; the first answer that breaks the guarantee is kept, and thrown by whatever waits.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type TokenAnswer, waitUntil } from '@signet/testkit'
import { decode } from '@signet/token'
import type { Tally } from '../proof-run.ts'
import type { Lane } from './lane.ts'
import { type Holding, nowMs, Oracle, POLICIES, type Policy, type Verdict } from './oracle.ts'

const PASSWORD = 'correct horse battery'
const EMAIL = 'ada@example.com'

/** The token that lives on is replaced so long before its expiry: longer than a partition lasts. */
const RENEW_BEFORE_MS = 15_000
/** Expired tokens are presented for so long still. */
const KEPT_MS = 8_000

/** Between two turns, of three tokens at three routes each; and requests under way at most. */
const TURN_MS = 150
const MAX_UNDER_WAY = 60

/** For an authority that does not answer just now. */
const RETRY_MS = 200

/** Far above what anything here takes, for machines on which many other things run. */
const PATIENCE_MS = 60_000

/** What a living token met: `refuse` took it, `refuse` was stale, `introspect` took it. */
type Sight = 'fresh' | 'stale' | 'introspected'

export class Visitors {
  readonly oracle: Oracle
  readonly #lane: Lane
  readonly #tally: Tally
  readonly #sights: Record<Sight, number[]> = { fresh: [], stale: [], introspected: [] }
  #session: TokenAnswer | null = null
  #living: Holding | null = null
  #holdings: Holding[] = []
  #renewing: Promise<void> | null = null
  #events: { type: string; at: number }[] = []
  #underWay = 0
  #turn = 0
  #timer: NodeJS.Timeout | undefined
  #failure: unknown = null
  #shiftMs = 0
  #isStopped = false

  constructor(parts: { lane: Lane; tally: Tally; maxStalenessMs: number }) {
    this.#lane = parts.lane
    this.#tally = parts.tally
    this.oracle = new Oracle(parts)
  }

  async start(): Promise<void> {
    const { status, body } = await this.#lane.authority.client.signup(EMAIL, PASSWORD)
    assert.equal(status, 201)
    this.#session = body
    this.#living = this.#hold(body)
    this.#timer = setInterval(() => this.#takeTurn(), TURN_MS)
  }

  stop(): void {
    this.#isStopped = true
    clearInterval(this.#timer)
  }

  /** A session that is there to be ended, with its one token. */
  async openSession(): Promise<Holding> {
    const login = () => this.#lane.authority.client.login(EMAIL, PASSWORD)
    const { status, body } = await this.#insist(login)
    assert.equal(status, 200)
    return this.#hold(body)
  }

  /** Ends the session of a token. */
  async end(held: Holding, { afterMs }: { afterMs: number }): Promise<void> {
    await sleep(afterMs)
    held.endAskedAt = nowMs()
    const { status } = await this.#insist(() => this.#lane.authority.client.logout(held.token))
    held.endedAt = nowMs()
    assert.equal(status, 204)
    this.#tally.add('sessions ended')
  }

  /** A new token for the session that lives on. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  /** How far the verifier's wall clock is from the machine's. */
  async setClock(shiftMs: number): Promise<void> {
    const hasGone = shiftMs > this.#shiftMs ? this.oracle.clockGoesForward() : () => {}
    this.#shiftMs = shiftMs
    const answer = await fetch(`${this.#lane.verifier.url}/clock?shiftMs=${shiftMs}`, CLOSE)
    await answer.arrayBuffer()
    hasGone()
  }

  /** Waits until the route that refuses takes a living token; answers when that request began. */
  async untilFresh(since: number): Promise<number> {
    await this.#until(
      'a route that refuses accepts again',
      () => this.#saw('fresh', since) !== null,
    )
    return this.#saw('fresh', since) as number
  }

  /** Waits until everybody can see that nothing is heard; answers when a route first said so. */
  async untilNoticed(
    since: number,
    { canIntrospect }: { canIntrospect: boolean },
  ): Promise<number> {
    await this.#until(
      'a route refuses because it is stale',
      () => this.#saw('stale', since) !== null,
    )
    // On a busy machine it may have been stale, and said so, before.
    await this.#until('the verifier says that it is stale', () => {
      return this.#events.findLast(({ type }) => /^(stale|fresh)$/.test(type))?.type === 'stale'
    })
    const at = this.#saw('stale', since) as number
    if (canIntrospect) {
      await this.#until('a route asks the authority instead', () => {
        return this.#saw('introspected', at) !== null
      })
      this.#tally.add('partitions in which routes asked the authority instead')
    }
    return at
  }

  /** Waits until every end that was acknowledged is known to the verifier. */
  async untilEndsAreKnown(): Promise<void> {
    await this.#until('every end is known', () =>
      this.#holdings.every(({ endedAt, knownAt, expiresAt }) => {
        return endedAt === null || knownAt !== null || nowMs() > expiresAt
      }),
    )
    for (const sights of Object.values(this.#sights)) sights.length = 0
  }

  /** Throws the first answer that broke the guarantee. */
  check(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** Asks until the authority, or its database, is there again. */
  async #insist<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
    while (!this.#isStopped) {
      // Where the servers are gone for good, the verifier is too.
      this.check()
      const answer = await answerOf(ask())
      if (answer !== null && answer.status !== 503) return answer
      await sleep(RETRY_MS)
    }
    throw new Error('nobody waits for an answer any more')
  }

  #until(what: string, isSo: () => boolean): Promise<void> {
    const isSoOrBroken = () => {
      this.check()
      return isSo()
    }
    return waitUntil(what, isSoOrBroken, PATIENCE_MS)
  }

  #saw(sight: Sight, since: number): number | null {
    return this.#sights[sight].find((at) => at > since) ?? null
  }

  #hold({ accessToken }: TokenAnswer): Holding {
    const { exp } = decode(accessToken).claims
    const held: Holding = {
      token: accessToken,
      expiresAt: nowMs() + (Number(exp) * 1000 - Date.now()),
      endAskedAt: null,
      endedAt: null,
      knownAt: null,
    }
    this.#holdings.push(held)
    return held
  }

  async #renew(): Promise<void> {
    const { refreshToken } = this.#session as TokenAnswer
    const answer = await answerOf(this.#lane.authority.client.refresh(refreshToken))
    if (answer?.status !== 200) {
      assert.ok(answer === null || answer.status === 503, `a refresh answered ${answer?.status}`)
      return
    }
    this.#session = answer.body
    this.#living = this.#hold(answer.body)
  }

  #takeTurn(): void {
    const now = nowMs()
    this.#holdings = this.#holdings.filter(({ expiresAt }) => now < expiresAt + KEPT_MS)
    const living = this.#living as Holding
    if (living.expiresAt - now < RENEW_BEFORE_MS) this.#watch(this.renew())
    const { length } = this.#holdings
    const others = [0, 1].map((index) => this.#holdings[(2 * this.#turn + index) % length])
    this.#turn += 1
    if (this.#underWay > MAX_UNDER_WAY) return
    this.#watch(this.#askHealth())
    for (const held of new Set([living, ...others])) {
      for (const policy of POLICIES) if (held !== undefined) this.#watch(this.#ask(policy, held))
    }
  }

  #watch(work: Promise<void>): void {
    this.#underWay += 1
    work
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => {
        this.#underWay -= 1
      })
  }

  async #ask(policy: Policy, held: Holding): Promise<void> {
    const response = await fetch(`${this.#lane.verifier.url}/${policy}`, {
      headers: { ...CLOSE.headers, authorization: `Bearer ${held.token}` },
    })
    const { begunAt, code } = (await response.json()) as { begunAt: number; code?: string }
    const { status } = response
    const verdict = { policy, held, status, code, begunAt, answeredAt: nowMs() }
    this.oracle.judge(verdict)
    this.#tally.add('answers judged')
    this.#note(verdict)
  }

  #note({ policy, held, status, begunAt }: Verdict): void {
    if (held.endAskedAt !== null) return
    if (policy === 'refuse' && status === 200) this.#sights.fresh.push(begunAt)
    if (policy === 'refuse' && status === 503) this.#sights.stale.push(begunAt)
    if (policy === 'introspect' && status === 200) this.#sights.introspected.push(begunAt)
  }

  async #askHealth(): Promise<void> {
    const response = await fetch(`${this.#lane.verifier.url}/health`, CLOSE)
    const { begunAt, status, events } = (await response.json()) as {
      begunAt: number
      status: string
      events: { type: string; at: number }[]
    }
    this.#events = events
    this.oracle.judgeHealth({ status, begunAt, answeredAt: nowMs() })
  }
}

/** One that was kept may just be ending when the verifier stood still. */
const CLOSE = { headers: { connection: 'close' } }

/** Null when the connection broke. */
async function answerOf<T>(asked: Promise<Answer<T>>): Promise<Answer<T> | null> {
  try {
    return await asked
  } catch (error) {
    // What `fetch` throws then.
    if (error instanceof TypeError) return null
    throw error
  }
}

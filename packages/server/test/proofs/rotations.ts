// R8: keys change every 5 s under load, and no verification fails: not at a guard, nor at a verifier
// that knows nothing but how long it may keep a key set, nor just before a token expires.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGuard, type Guard } from '@signet/guard'
import { type SpawnedAuthority, type TokenAnswer, waitUntil } from '@signet/testkit'
import { createKeySet, createVerifier, decode } from '@signet/token'
import { startProcesses } from './processes.ts'
import { openProofDatabase } from './proof-database.ts'
import { type ProofRun, roundsOf, type Tally } from './proof-run.ts'

const ISSUER = 'http://localhost:3000'
const PASSWORD = 'correct horse battery'
const SETTINGS = { SIGNET_KEY_ROTATION: '5s', SIGNET_ACCESS_TTL: '30s', SIGNET_ISSUER: ISSUER }

const CLIENTS = 4

/** As fast as a machine that other things run on answers. */
const PAUSE_MS = 25

/** How long before its end a token is verified once more. */
const LATE_SECONDS = 3

/** Far above the 5 s that a rotation takes, for machines on which many other things run. */
const PATIENCE_MS = 60_000

type Processes = readonly [SpawnedAuthority, ...SpawnedAuthority[]]

/** One round is one rotation. Breaks off with an error where the promise does not hold. */
export async function proveRotations(run: ProofRun): Promise<void> {
  const { tally } = run
  await using place = await openProofDatabase(run)
  await using processes = await startProcesses(place.database, SETTINGS)
  const guard = openGuard(processes.all)
  const load = new Load({ processes: processes.all, guard, tally })
  try {
    await guard.ready()
    await load.open()
    load.start()
    for (const _round of roundsOf(run)) {
      const before = tally.of('keys that signed')
      await waitUntil(
        'another key signs',
        () => load.hasFailed || tally.of('keys that signed') > before,
        PATIENCE_MS,
      )
      if (load.hasFailed) break
    }
  } finally {
    await load.stop()
    guard.close()
  }
}

/** Reaches the processes as through a balancer: each request another one. */
function openGuard(all: Processes): Guard {
  let turn = 0
  return createGuard({
    issuer: ISSUER,
    audience: ISSUER,
    fetch: (input, init) => {
      turn += 1
      const { url } = all[turn % all.length] ?? all[0]
      return fetch(String(input).replace(ISSUER, url), init)
    },
  })
}

/** Asks at every process in turn, and obeys `max-age` to the second; knows of no feed. */
class PlainVerifier {
  readonly #processes: Processes
  #verify: ((token: string) => unknown) | null = null
  #goodUntil = 0
  #turn = 0

  constructor(processes: Processes) {
    this.#processes = processes
  }

  async verify(token: string): Promise<void> {
    if (this.#verify === null || performance.now() >= this.#goodUntil) await this.#fetch()
    this.#verify?.(token)
  }

  async #fetch(): Promise<void> {
    this.#turn += 1
    const { client } = this.#processes[this.#turn % this.#processes.length] ?? this.#processes[0]
    const { body, headers } = await client.call<{ keys: unknown[] }>('/.well-known/jwks.json')
    const maxAge = Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1])
    this.#goodUntil = performance.now() + maxAge * 1000
    this.#verify = createVerifier(createKeySet(body), {
      issuer: ISSUER,
      audience: ISSUER,
      type: 'at+jwt',
    })
  }
}

class Load {
  readonly #processes: Processes
  readonly #guard: Guard
  readonly #plain: readonly PlainVerifier[]
  readonly #tally: Tally
  readonly #kids = new Set<string>()
  readonly #waiting: string[] = []
  #sessions: TokenAnswer[] = []
  #running: Promise<unknown> = Promise.resolve()
  #failure: unknown = null
  #isStopped = false

  constructor(parts: { processes: Processes; guard: Guard; tally: Tally }) {
    this.#processes = parts.processes
    this.#guard = parts.guard
    this.#tally = parts.tally
    this.#plain = Array.from({ length: CLIENTS }, () => new PlainVerifier(parts.processes))
  }

  get hasFailed(): boolean {
    return this.#failure !== null
  }

  async open(): Promise<void> {
    const { client } = this.#processes[0]
    assert.equal((await client.signup('ada@example.com', PASSWORD)).status, 201)
    for (let index = 0; index < CLIENTS; index++) {
      const { status, body } = await client.login('ada@example.com', PASSWORD)
      assert.equal(status, 200)
      this.#sessions.push(body)
    }
  }

  start(): void {
    const work = [...this.#sessions.map((_, index) => this.#goOn(index)), this.#verifyLate()]
    const watched = work.map((one) =>
      one.catch((error: unknown) => {
        this.#failure ??= error
      }),
    )
    this.#running = Promise.all(watched)
  }

  /** Waits for what is under way, and throws what went wrong. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
    if (this.#failure !== null) throw this.#failure
  }

  async #goOn(index: number): Promise<void> {
    for (let turn = index; !this.#isStopped && !this.hasFailed; turn++) {
      const { client } = this.#processes[turn % this.#processes.length] ?? this.#processes[0]
      const held = this.#sessions[index] as TokenAnswer
      const answer = await client.refresh(held.refreshToken)
      assert.equal(answer.status, 200, `a refresh is answered: ${answer.body.code}`)
      this.#sessions[index] = answer.body
      const { accessToken } = answer.body
      this.#note(accessToken)
      await this.#verify(accessToken, { index, when: 'at once' })
      this.#waiting.push(accessToken)
      await sleep(PAUSE_MS)
    }
  }

  #note(token: string): void {
    const kid = String(decode(token).header.kid)
    this.#tally.add('tokens')
    if (!this.#kids.has(kid)) this.#tally.add('keys that signed')
    this.#kids.add(kid)
  }

  async #verify(token: string, { index, when }: { index: number; when: string }): Promise<void> {
    await this.#plain[index]?.verify(token)
    this.#tally.add(`verified ${when} by a cached key set`)
    await this.#guard.verify(token)
    this.#tally.add(`verified ${when} by a guard`)
  }

  /** In the order in which they were issued, which is that of their ends. */
  async #verifyLate(): Promise<void> {
    for (let index = 0; !this.#isStopped && !this.hasFailed; ) {
      const [token] = this.#waiting
      const { exp = 0 } = token === undefined ? {} : decode(token).claims
      if (token === undefined || Date.now() / 1000 < Number(exp) - LATE_SECONDS) {
        await sleep(PAUSE_MS)
        continue
      }
      this.#waiting.shift()
      index = (index + 1) % CLIENTS
      await this.#verify(token, { index, when: 'late' })
    }
  }
}

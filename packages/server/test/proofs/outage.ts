// R7: an authority that is down costs nothing but freshness, and tokens that name keys which nobody
// has cost next to nothing. Two lanes: the authority of one is killed, the verifier of the other is
// flooded with unknown key ids while its authority takes keys out of use. A round is a second of both.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { runSignet, startPostgres, type TokenAnswer, waitUntil } from '@signet/testkit'
import { decode, generateKey, sign } from '@signet/token'
import { type Lane, openLane } from './partitions/lane.ts'
import { nowMs, type Policy } from './partitions/oracle.ts'
import { type ProofRun, roundsOf, type Tally } from './proof-run.ts'

const NEW_KEY = 'a new key is accepted after its token was there, ms'

const MAX_STALENESS_MS = 4_000
/** Longer than a release takes, so that none of them expires. */
const SETTINGS = { SIGNET_ACCESS_TTL: '1h' }
const PERSON = ['ada@example.com', 'correct horse battery'] as const

const HONEST_EACH_SECOND = 20
const FORGED_EACH_SECOND = 50

/** Between two questions for an unknown key, as the guard promises it. */
const PAUSE_SECONDS = 30
/** In which second of each half minute a key is taken out of use, and the next one signs. */
const NEW_KEY_SECOND = 5
/**
 * A set is fetched when a revoked key is heard of, when the set without it is announced, and when
 * that with its successor's successor is, where a reading of the authority fell between the two.
 */
const FETCHES_EACH_CHANGE = 3

const KEY_SET = 'GET /.well-known/jwks.json'

/** Far below the pause that a flood has to wait for, far above what any machine takes. */
const AT_ONCE_MS = 10_000

/** Breaks off with an error where the promise does not hold. */
export async function proveOutage(run: ProofRun): Promise<void> {
  const server = run.database === 'PostgreSQL' ? await startPostgres() : null
  const options = { server, maxStalenessMs: MAX_STALENESS_MS, settings: SETTINGS }
  try {
    await using deaf = await openLane(options)
    await using flooded = await openLane(options)
    const outage = await beginOutage(deaf, run.tally)
    const flood = await beginFlood(flooded, run.tally)
    for (const _round of roundsOf(run)) {
      await Promise.all([outage.second(), flood.second(), sleep(1_000)])
    }
    await outage.end()
    flood.end()
  } finally {
    await server?.[Symbol.asyncDispose]()
  }
}

async function beginOutage(lane: Lane, tally: Tally) {
  const { authority } = lane
  const { accessToken } = (await authority.client.signup(...PERSON)).body
  assert.equal((await ask(lane, 'refuse', accessToken)).status, 200)
  await authority.stop('SIGKILL')
  const staleFrom = nowMs() + MAX_STALENESS_MS
  return {
    async second() {
      await spread(HONEST_EACH_SECOND, async () => {
        const { status, code } = await ask(lane, 'accept', accessToken)
        assert.equal(status, 200, `a token failed while the authority was down: ${status} ${code}`)
        tally.add('accept: accepted while the authority was down')
      })
      const { status, code, begunAt } = await ask(lane, 'refuse', accessToken)
      if (begunAt <= staleFrom) return
      assert.deepEqual({ status, code }, { status: 503, code: 'revocation_stale' })
      tally.add('refuse: 503 while the authority was down')
    },
    async end() {
      await authority.start()
      await waitUntil('the verifier is fresh again', async () => {
        return (await ask(lane, 'refuse', accessToken)).status === 200
      })
    },
  }
}

async function beginFlood(lane: Lane, tally: Tally) {
  const { authority, network } = lane
  const forge = createForge((await authority.client.signup(...PERSON)).body)
  let living: TokenAnswer = (await authority.client.login(...PERSON)).body
  const keySet = await authority.client.call('/.well-known/jwks.json')
  const maxAge = Number(/max-age=(\d+)/.exec(keySet.headers.get('cache-control') ?? '')?.[1])
  const fetchedBefore = network.countOf(KEY_SET)
  const startedAt = performance.now()
  let seconds = 0
  let changes = 0
  return {
    async second() {
      seconds += 1
      const flooding = spread(FORGED_EACH_SECOND, async () => {
        const { status, code } = await ask(lane, 'accept', await forge())
        assert.deepEqual({ status, code }, { status: 401, code: 'token_invalid' })
        tally.add('tokens with unknown key ids refused')
      })
      if (seconds % PAUSE_SECONDS === NEW_KEY_SECOND) {
        // The second time it is a key that was not there when the flood's last fetch was.
        for (let time = 0; time < 2; time++) living = await changeKey(lane, living, tally)
        changes += 2
      }
      await flooding
      assert.equal((await ask(lane, 'accept', living.accessToken)).status, 200)
    },
    end() {
      const fetched = network.countOf(KEY_SET) - fetchedBefore
      const passed = (performance.now() - startedAt) / 1000
      // A set is fetched anew before it is too old for a cache, at three quarters of that.
      const planned = Math.floor(passed / (0.75 * maxAge))
      const allowed =
        1 + Math.floor(passed / PAUSE_SECONDS) + planned + changes * FETCHES_EACH_CHANGE
      tally.add('key sets fetched', fetched)
      tally.add('key sets that may be fetched', allowed)
      assert.ok(fetched <= allowed, `${fetched} fetches of keys, at most ${allowed} are promised`)
    },
  }
}

/** The key that signs is taken out of use, and the session goes on with a token of the next one. */
async function changeKey(
  { authority, verifier }: Lane,
  held: TokenAnswer,
  tally: Tally,
): Promise<TokenAnswer> {
  const kid = String(decode(held.accessToken).header.kid)
  const words = ['key', 'revoke', kid, '--yes']
  const { code, stderr } = await runSignet(words, {
    cwd: authority.folder,
    settings: authority.settings,
  })
  assert.equal(code, 0, stderr)
  let renewed = held
  await waitUntil('another key signs', async () => {
    const { status, body } = await authority.client.refresh(renewed.refreshToken)
    if (status === 200) renewed = body
    return decode(renewed.accessToken).header.kid !== kid
  })
  const gotAt = nowMs()
  let isFirst = true
  await waitUntil(
    'the verifier accepts a new key',
    async () => {
      const { status } = await ask({ verifier }, 'accept', renewed.accessToken)
      if (status === 200) return true
      isFirst = false
      return false
    },
    AT_ONCE_MS,
  )
  tally.measure(NEW_KEY, nowMs() - gotAt)
  tally.add(isFirst ? 'new keys accepted at the first request' : 'new keys accepted a moment later')
  return renewed
}

/** Tokens as the authority makes them, by a key that is not its own and under any name. */
function createForge({ accessToken }: TokenAnswer): () => Promise<string> {
  const { claims } = decode(accessToken)
  return async () => {
    const key = await generateKey('ES256', { kid: randomBytes(16).toString('base64url') })
    return sign(claims, key, { type: 'at+jwt' })
  }
}

interface Answered {
  readonly status: number
  readonly code?: string
  readonly begunAt: number
}

async function ask(
  { verifier }: Pick<Lane, 'verifier'>,
  policy: Policy,
  token: string,
): Promise<Answered> {
  const response = await fetch(`${verifier.url}/${policy}`, {
    headers: { connection: 'close', authorization: `Bearer ${token}` },
  })
  return { status: response.status, ...((await response.json()) as { begunAt: number }) }
}

/** Over most of a second, whatever became of those before. */
async function spread(count: number, act: () => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await sleep((900 * index) / count)
      await act()
    }),
  )
}

// R6: a verifier that is cut off, in every way in which that happens. Each lane has an authority and a
// verifier as processes of their own, and between them a network that can be cut; all the time tokens
// that live, that ended and that expired are presented at a route of each policy, and every answer is
// judged by what the guarantee says (partitions/oracle.ts).
import { setTimeout as sleep } from 'node:timers/promises'
import { type PostgresServer, startPostgres } from '@signet/testkit'
import { HOUR_MS, type Kind, kindsOn, type Scene } from './partitions/kinds.ts'
import { openLane } from './partitions/lane.ts'
import { nowMs } from './partitions/oracle.ts'
import { Visitors } from './partitions/visitors.ts'
import { type ProofRun, type Round, roundsOf } from './proof-run.ts'

const NOTICED = 'stale after it began, ms'
const RECOVERED = 'fresh again after it was over, ms'

/** Two pulses: that long may nothing be heard. */
const MAX_STALENESS_MS = 4_000
/** What lasts as long as that has been noticed. */
const NOTICEABLE_MS = MAX_STALENESS_MS + 1_000

/** So short that tokens expire while the verifier is cut off. */
const SETTINGS = { SIGNET_ACCESS_TTL: '30s' }

export interface PartitionProof {
  /** How many authorities with a verifier are cut off side by side. */
  readonly lanes: number
  readonly shortestMs: number
  readonly longestMs: number
}

interface Parts {
  readonly run: ProofRun
  readonly proof: PartitionProof
}

/** Breaks off with an error where an answer breaks the guarantee, or nothing recovers by itself. */
export async function provePartitions(run: ProofRun, proof: PartitionProof): Promise<void> {
  const server = run.database === 'PostgreSQL' ? await startPostgres() : null
  const rounds = roundsOf(run)
  const broken = new AbortController()
  const lanes = Array.from({ length: Math.min(proof.lanes, run.count) }, () =>
    proveLane({ run, proof, rounds, server, broken }).catch((error: unknown) => {
      broken.abort(error)
    }),
  )
  try {
    await Promise.all(lanes)
    broken.signal.throwIfAborted()
  } finally {
    await server?.[Symbol.asyncDispose]()
  }
}

async function proveLane(
  parts: Parts & {
    rounds: Iterator<Round>
    server: PostgresServer | null
    broken: AbortController
  },
): Promise<void> {
  const { run, proof, rounds, server, broken } = parts
  const kinds = kindsOn(run.database)
  await using lane = await openLane({
    server,
    maxStalenessMs: MAX_STALENESS_MS,
    settings: SETTINGS,
  })
  const visitors = new Visitors({ lane, tally: run.tally, maxStalenessMs: MAX_STALENESS_MS })
  await visitors.start()
  try {
    while (!broken.signal.aborted) {
      const { value: round, done } = rounds.next()
      if (done) return
      const kind = kinds[round.index % kinds.length] as Kind
      const scene = { lane, visitors, random: round.random }
      await cutOnce({ run, proof, scene, kind }).catch((cause: unknown) => {
        throw new Error(`Round ${round.index}, ${kind.name}: ${String(cause)}`, { cause })
      })
      run.tally.add(`held: ${kind.name}`)
    }
  } finally {
    visitors.stop()
  }
}

async function cutOnce(parts: Parts & { scene: Scene; kind: Kind }): Promise<void> {
  const { run, proof, scene, kind } = parts
  const { random, visitors } = scene
  const forMs = proof.shortestMs + random.below(proof.longestMs - proof.shortestMs + 1)
  const jumps = random.below(4) === 0 && !kind.isOfClock
  const [first, second] = [await visitors.openSession(), await visitors.openSession()]
  await visitors.renew()
  await visitors.untilFresh(nowMs())
  // One end just before or just after it begins, and one at any time while it lasts.
  const ends = [visitors.end(first, { afterMs: random.below(1_000) })]
  await sleep(random.below(1_000))

  const partition = await kind.begin(scene)
  const begunAt = nowMs()
  if (partition.isSealed) visitors.oracle.seal()
  ends.push(visitors.end(second, { afterMs: random.below(forMs) }))
  if (jumps) ends.push(jump(scene, { afterMs: random.below(forMs) }))
  const meanwhile = Promise.all(ends)
  // Told where it is waited for.
  meanwhile.catch(() => {})
  try {
    await sleep(forMs)
    // With a clock that went ahead, living tokens count as expired before anybody looks further.
    if (partition.isSealed && forMs >= NOTICEABLE_MS && !jumps) {
      const noticedAt = await visitors.untilNoticed(begunAt, partition)
      run.tally.measure(NOTICED, noticedAt - begunAt)
      run.tally.add('partitions that had to be noticed')
    }
  } finally {
    visitors.oracle.unseal()
    await partition.end()
  }
  const overAt = nowMs()
  run.tally.measure(RECOVERED, (await visitors.untilFresh(overAt)) - overAt)
  await meanwhile
  await visitors.untilEndsAreKnown()
  if (!jumps) return
  run.tally.add('partitions in which the clock jumped as well')
  await visitors.setClock(0)
  await visitors.untilFresh(nowMs())
}

/** The verifier's clock stays so, until the round is over. */
async function jump({ random, visitors }: Scene, { afterMs }: { afterMs: number }): Promise<void> {
  const shiftMs = random.pick([HOUR_MS, -HOUR_MS])
  await sleep(afterMs)
  await visitors.setClock(shiftMs)
}

// The ways in which a verifier is cut off from what it ought to know.
import assert from 'node:assert/strict'
import type { ProofRun, Random } from '../proof-run.ts'
import type { Cut, Cutter } from './cutter.ts'
import type { Lane } from './lane.ts'
import type { Visitors } from './visitors.ts'

export interface Scene {
  readonly lane: Lane
  readonly visitors: Visitors
  readonly random: Random
}

/** One that has begun. */
export interface Partition {
  /** Nothing of the log that was written since can reach the verifier. */
  readonly isSealed: boolean
  /** The authority can still be asked about single tokens. */
  readonly canIntrospect: boolean
  end(): Promise<void>
}

export interface Kind {
  readonly name: string
  /** It is the verifier's clock that goes wrong. */
  readonly isOfClock: boolean
  begin(scene: Scene): Promise<Partition>
}

const STREAM = /^GET \/revocations\/stream /m
export const HOUR_MS = 3_600_000

const KINDS: readonly Kind[] = [
  network('connections are reset', 'reset'),
  network('a black hole that lets go of what it held', 'hold'),
  network('a black hole that forgets its connections', 'lose'),
  network('a drip of bytes', 'drip'),
  network('delays', 'delay'),
  // It hears nothing, but neither does it answer: what counts is what it does afterwards.
  stopped('the verifier stands still', ({ lane }) => lane.verifier.pid, { isSealed: false }),
  stopped('the authority stands still', ({ lane }) => lane.authority.pid(), { isSealed: true }),
  {
    name: 'the authority is killed',
    isOfClock: false,
    async begin({ lane: { authority } }) {
      await authority.stop('SIGKILL')
      return { isSealed: true, canIntrospect: false, end: () => authority.start() }
    },
  },
  clock('the clock goes forward an hour', HOUR_MS),
  clock('the clock goes back an hour', -HOUR_MS),
]

const DATABASE_KINDS: readonly Kind[] = (['reset', 'hold', 'lose'] as const).map((how) => ({
  name: `the authority is cut from its database: ${how}`,
  isOfClock: false,
  async begin({ lane }) {
    return cut(lane.databaseNetwork as Cutter, { how, direction: 'both', only: null })
  },
}))

/** A run takes each in turn. */
export function kindsOn(database: ProofRun['database']): readonly Kind[] {
  return database === 'PostgreSQL' ? [...KINDS, ...DATABASE_KINDS] : KINDS
}

function network(name: string, how: Cut['how']): Kind {
  return {
    name,
    isOfClock: false,
    async begin({ lane, random }) {
      const direction = random.pick(['both', 'both', 'in', 'out'] as const)
      const only = random.pick([STREAM, null])
      const ms = 200 + random.below(3_000)
      // At most 16 a second: no whole pulse gets through before the silence is noticed.
      const bytesPerSecond = 4 + random.below(13)
      return cut(lane.network, { how, direction, only, ms, bytesPerSecond })
    },
  }
}

function cut(cutter: Cutter, how: Cut): Partition {
  cutter.cut(how)
  // A stream that is open already needs nothing more from its reader.
  const isOpen = how.direction === 'out' && how.how !== 'reset'
  return {
    isSealed: how.how !== 'delay' && !isOpen,
    canIntrospect: how.only !== null,
    end: async () => cutter.heal(),
  }
}

function stopped(
  name: string,
  pidIn: (scene: Scene) => number,
  { isSealed }: { isSealed: boolean },
): Kind {
  return {
    name,
    isOfClock: false,
    async begin(scene) {
      const pid = pidIn(scene)
      // What is not positive means many processes, or all of them.
      assert.ok(pid > 0)
      process.kill(pid, 'SIGSTOP')
      const end = async () => void process.kill(pid, 'SIGCONT')
      return { isSealed, canIntrospect: false, end }
    },
  }
}

function clock(name: string, shiftMs: number): Kind {
  return {
    name,
    isOfClock: true,
    async begin({ visitors }) {
      await visitors.setClock(shiftMs)
      return { isSealed: false, canIntrospect: true, end: () => visitors.setClock(0) }
    },
  }
}

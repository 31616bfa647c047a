// R3: whatever happens to one session at once, there is an order of it that the model allows, and
// the row and the log are what that order leaves behind.
import assert from 'node:assert/strict'
import { linearize, type Recorded } from '../model/linearize.ts'
import type { Answer, ModelLimits, Operation } from '../model/session-model.ts'
import { type ProofRun, type Random, roundsOf } from './proof-run.ts'

/** One account and at most one session of it, to whom everything of a history happens. */
export interface Subject {
  /** Null when nobody can say whether it took place. */
  perform(operation: Operation): Promise<Answer | null>
  /** Null where there is no session. */
  find(): Promise<SessionFacts | null>
}

export interface SessionFacts {
  readonly generation: number
  readonly parent: number | null
  readonly tokenVersion: number
  readonly isEnded: boolean
  /** Entries of the revocation log that end the session. */
  readonly ends: number
  /** Those that kill its tokens below a version, newest last. */
  readonly below: readonly number[]
}

export interface World extends AsyncDisposable {
  readonly limits: ModelLimits
  /** What cannot be asked for here. */
  readonly lacks: readonly Operation['kind'][]
  nowSeconds(): number
  /** Lets the others go first for a moment. */
  pause(random: Random): Promise<void>
  /** Between operations, where the world has a clock of its own. */
  passTime(random: Random): void
  open(): Promise<Subject>
}

/** Breaks off with an error where no order explains what was seen. */
export async function proveHistories(
  run: ProofRun,
  openWorld: (run: ProofRun) => Promise<World>,
): Promise<void> {
  await using world = await openWorld(run)
  for (const { random } of roundsOf(run)) {
    const subject = await world.open()
    const history = new History(world, subject)
    await tell(history, random)
    await probe(history, random)
    await check(run, history)
  }
}

class History {
  readonly world: World
  readonly subject: Subject
  readonly recorded: Recorded[] = []
  #moment = 0
  #credentialsChanged = 0
  #rolesAsked = 0

  constructor(world: World, subject: Subject) {
    this.world = world
    this.subject = subject
  }

  /** The generations that somebody was given a refresh token of. */
  get generations(): number[] {
    const known = this.recorded.flatMap(({ answer }) =>
      answer?.kind === 'granted' ? [answer.generation] : [],
    )
    return [...new Set(known)].sort((one, other) => one - other)
  }

  refreshOf(generation: number): Operation {
    const opened = this.recorded.find(({ answer }) => answer?.kind === 'granted')
    const endSeen = this.recorded.some(
      (one) => opened !== undefined && one.begun > opened.ended && tellsOfEnd(one),
    )
    return { kind: 'refresh', generation, endSeen }
  }

  async perform(operation: Operation): Promise<void> {
    const begun = this.#moment++
    const from = this.world.nowSeconds()
    const answer = await this.subject.perform(operation)
    const to = this.world.nowSeconds()
    this.recorded.push({ operation, answer, begun, ended: this.#moment++, from, to })
    if (changesCredentials(operation) && answer?.kind === 'done') this.#credentialsChanged += 1
  }

  /** The operation of a kind, as it can be asked for now; null where it cannot. */
  create(kind: Operation['kind'], random: Random): Operation | null {
    const credentialsSeen = this.#credentialsChanged
    switch (kind) {
      case 'refresh': {
        const known = this.generations
        if (known.length === 0) return null
        // Mostly the newest and the one before it, as honest clients do.
        const generation = random.below(4) === 0 ? random.pick(known) : random.pick(known.slice(-2))
        return this.refreshOf(generation)
      }
      case 'login':
        return { kind, credentialsSeen }
      case 'change-password':
        // As long as nobody has the session, nobody can ask from within it.
        return {
          kind,
          credentialsSeen,
          by: this.generations.length > 0 ? random.pick(['this', 'another']) : 'another',
        }
      case 'change-roles':
        return { kind, role: `role-${++this.#rolesAsked}` }
      default:
        return { kind }
    }
  }
}

function tellsOfEnd({ operation, answer }: Recorded): boolean {
  if (answer?.kind === 'refused') return operation.kind === 'refresh'
  if (answer?.kind !== 'done') return false
  if (operation.kind === 'change-password') return operation.by === 'another'
  return ['logout', 'end-all', 'disable'].includes(operation.kind)
}

const changesCredentials = ({ kind }: Operation) =>
  kind === 'change-password' || kind === 'disable' || kind === 'enable'

/** What each caller of the part that happens at once does, one after the other. */
const PLANS: readonly (readonly Operation['kind'][])[] = [
  ['refresh'],
  ['refresh'],
  ['refresh', 'refresh'],
  ['refresh', 'refresh'],
  ['refresh', 'refresh', 'refresh'],
  ['logout'],
  ['logout', 'refresh'],
  ['end-all'],
  ['disable'],
  ['disable', 'enable'],
  ['change-password'],
  ['change-roles', 'refresh'],
  ['refresh', 'change-roles'],
]

async function tell(history: History, random: Random): Promise<void> {
  const { world } = history
  const plans = PLANS.filter((kinds) => !kinds.some((kind) => world.lacks.includes(kind)))
  const callers = Array.from({ length: 3 + random.below(3) }, () => random.pick(plans))
  if (random.below(3) === 0) {
    // The login itself is one of those at once.
    callers.push(['login', 'refresh'])
  } else {
    await performKind(history, 'login', random)
    for (let step = random.below(3); step > 0; step--) {
      if (random.below(3) === 0) world.passTime(random)
      await performKind(history, 'refresh', random)
    }
    if (random.below(2) === 0) world.passTime(random)
  }
  await Promise.all(
    callers.map(async (kinds) => {
      for (const kind of kinds) {
        await world.pause(random)
        await performKind(history, kind, random)
      }
    }),
  )
}

async function performKind(
  history: History,
  kind: Operation['kind'],
  random: Random,
): Promise<void> {
  const operation = history.create(kind, random)
  if (operation !== null) await history.perform(operation)
}

/** Afterwards every token that anybody was given is presented, one after the other. */
async function probe(history: History, random: Random): Promise<void> {
  const left = history.generations
  while (left.length > 0) {
    const [generation] = left.splice(random.below(left.length), 1)
    await history.perform(history.refreshOf(generation as number))
  }
}

async function check({ tally }: ProofRun, history: History): Promise<void> {
  const { recorded, subject, world } = history
  const facts = await subject.find()
  const finals = linearize(recorded, world.limits)
  assert.ok(finals.length > 0, `no order explains ${describe(recorded)}`)
  assert.ok(
    finals.some(({ session }) => {
      if (session === null || facts === null) return session === null && facts === null
      if (session.isEnded || facts.isEnded) return session.isEnded === facts.isEnded
      return (
        session.generation === facts.generation &&
        session.parent === facts.parent &&
        session.tokenVersion === facts.tokenVersion
      )
    }),
    `${JSON.stringify(facts)} is not what ${describe(recorded)} leaves behind`,
  )
  if (facts !== null) {
    assert.equal(facts.ends, facts.isEnded ? 1 : 0, 'one end is one entry')
    const versions = Array.from({ length: facts.tokenVersion - 1 }, (_, index) => index + 2)
    assert.deepEqual(facts.below, versions, 'each raised version is one entry')
    tally.add(facts.isEnded ? 'sessions ended' : 'sessions alive at the end')
  }
  for (const { operation, answer } of recorded) {
    const said = answer === null ? 'nothing' : answer.kind === 'refused' ? answer.code : answer.kind
    tally.add(`${operation.kind}: ${said}`)
  }
  tally.add('operations that overlapped another', countOverlaps(recorded))
}

function countOverlaps(recorded: readonly Recorded[]): number {
  return recorded.filter((one) =>
    recorded.some((other) => other !== one && other.begun < one.ended && one.begun < other.ended),
  ).length
}

function describe(recorded: readonly Recorded[]): string {
  return recorded.map((one) => JSON.stringify(one)).join('\n')
}

// The diagram of docs/concepts/sessions.md, drawn from what the model does: every place a session
// can be in, every way in which it gets to another one, and what is answered on it.
import {
  type Answer,
  type ModelLimits,
  type ModelState,
  NOTHING,
  type Operation,
  outcomesOf,
} from './session-model.ts'

const LIMITS: ModelLimits = { graceSeconds: 10, idleSeconds: 100, sessionSeconds: 300 }
const START = 1_000

const PLACES = ['fresh', 'rotated', 'settled', 'over', 'ended'] as const
type Place = (typeof PLACES)[number]

const TITLES: Record<Place, string> = {
  fresh: 'opened, with one token',
  rotated: 'rotated, within the grace',
  settled: 'rotated, the grace over',
  over: 'past a limit',
  ended: 'ended and in the log',
}

/** What can be presented, as the session sees it. */
const TOKENS = ['its token', 'its parent', 'any other'] as const

const ENDS: readonly Operation[] = [
  { kind: 'logout' },
  { kind: 'end-all' },
  { kind: 'disable' },
  { kind: 'change-password', by: 'another', credentialsSeen: 0 },
]

interface Moment {
  readonly state: ModelState
  readonly now: number
}

/** A mermaid state diagram. */
export function drawSession(): string {
  const arrows = new Map<string, Set<string>>()
  const draw = (from: string, to: string, label: string) => {
    const labels = arrows.get(`${from} --> ${to}`) ?? new Set()
    arrows.set(`${from} --> ${to}`, labels.add(label))
  }
  for (const moment of listMoments()) {
    const from = placeOf(moment)
    if (from === null) {
      for (const { state } of outcomes(moment, { kind: 'login', credentialsSeen: 0 })) {
        if (state.session !== null) draw('[*]', placeOf({ ...moment, state }) ?? '[*]', 'login')
      }
      continue
    }
    for (const [token, operation] of refreshes(moment)) {
      for (const { state, answer } of outcomes(moment, operation)) {
        const to = placeOf({ ...moment, state }) ?? from
        draw(from, to, `${token}, ${describe(moment.state, state, answer)}`)
      }
    }
    for (const operation of from === 'ended' ? [] : ENDS) {
      for (const { state, answer } of outcomes(moment, operation)) {
        if (answer.kind === 'done') draw(from, placeOf({ ...moment, state }) ?? from, END_WORDS)
      }
    }
    const later = placeOf(afterWaiting(moment, LIMITS.graceSeconds + 1)) ?? from
    if (later !== from) draw(from, later, 'the grace passes')
    draw(from, placeOf(afterWaiting(moment, LIMITS.sessionSeconds)) ?? from, 'a limit passes')
  }
  const places = PLACES.map((place) => `  ${place} : ${TITLES[place]}`)
  const lines = [...arrows].flatMap(([arrow, labels]) => {
    const [from, to] = arrow.split(' --> ')
    // Time passes over a session that is over without leaving a trace.
    const shown = [...labels].filter((label) => from !== to || !label.endsWith(' passes'))
    return shown.map((label) => `  ${arrow} : ${label}`)
  })
  return ['stateDiagram-v2', ...places, ...[...new Set(lines)].sort(byPlace)].join('\n')
}

const END_WORDS = 'logout, end all, disabling, new password from another'

/** A session in each place, as operations and waiting make it. */
function listMoments(): Moment[] {
  const none: Moment = { state: NOTHING, now: START }
  const fresh = step(none, { kind: 'login', credentialsSeen: 0 })
  const rotated = step(fresh, refreshOf(1))
  // Two generations on, so that there is an older token; and one that a repair made void.
  const moved = step(rotated, refreshOf(2))
  const repaired = step(afterWaiting(rotated, LIMITS.graceSeconds + 1), refreshOf(1))
  const open = [fresh, moved, repaired]
  return [
    none,
    ...open,
    ...[moved, repaired].map((moment) => afterWaiting(moment, LIMITS.graceSeconds + 1)),
    ...open.map((moment) => afterWaiting(moment, LIMITS.sessionSeconds)),
    ...open.map((moment) => step(moment, { kind: 'logout' })),
  ]
}

function placeOf({ state: { session }, now }: Moment): Place | null {
  if (session === null) return null
  if (session.isEnded) return 'ended'
  if (now >= Math.min(session.idleExpiresAt, session.expiresAt)) return 'over'
  if (session.parent === null) return 'fresh'
  return now - session.rotatedAt <= LIMITS.graceSeconds ? 'rotated' : 'settled'
}

function refreshes({ state: { session } }: Moment): [string, Operation][] {
  if (session === null) return []
  const { generation, parent } = session
  const others = Array.from({ length: generation }, (_, index) => index + 1)
  const other = others.find((one) => one !== generation && one !== parent)
  return [generation, parent, other].flatMap((presented, index) =>
    typeof presented === 'number'
      ? [[TOKENS[index] ?? '', refreshOf(presented)] as [string, Operation]]
      : [],
  )
}

function describe(before: ModelState, after: ModelState, answer: Answer): string {
  if (answer.kind === 'refused') return answer.code
  const isNew = before.session?.generation !== after.session?.generation
  return isNew ? 'a new token' : 'the same successor again'
}

const refreshOf = (generation: number): Operation => ({
  kind: 'refresh',
  generation,
  endSeen: true,
})

function outcomes({ state, now }: Moment, operation: Operation) {
  return outcomesOf(state, operation, { now, limits: LIMITS })
}

function step(moment: Moment, operation: Operation): Moment {
  const [first] = outcomes(moment, operation)
  return { ...moment, state: first?.state ?? moment.state }
}

const afterWaiting = ({ state, now }: Moment, seconds: number): Moment => ({
  state,
  now: now + seconds,
})

/** In the order in which a session passes through its places. */
function byPlace(one: string, other: string): number {
  const rank = (line: string) => {
    const [from = '', to = ''] = line.trim().split(' : ')[0]?.split(' --> ') ?? []
    const at = (place: string) => (PLACES as readonly string[]).indexOf(place) + 1
    return at(from) * 10 + at(to)
  }
  return rank(one) - rank(other) || one.localeCompare(other)
}

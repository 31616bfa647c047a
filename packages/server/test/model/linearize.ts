// Whether what several callers saw at once could have happened one after the other.
import {
  type Answer,
  type ModelLimits,
  type ModelState,
  NOTHING,
  type Operation,
  outcomesOf,
} from './session-model.ts'

export interface Recorded {
  readonly operation: Operation
  /** Null when nobody can say whether it took place: the answer was lost, or 503. */
  readonly answer: Answer | null
  /** Places in one order of all begins and ends. */
  readonly begun: number
  readonly ended: number
  /** Epoch seconds at its begin and its end. */
  readonly from: number
  readonly to: number
}

/** So many operations fit into one history: their places are bits of a number. */
const MAX_OPERATIONS = 30

/**
 * Every state that the history may have left behind; none when no order explains its answers. In
 * each order tried, whatever ended before another began comes before it (Herlihy and Wing, 1990).
 */
export function linearize(history: readonly Recorded[], limits: ModelLimits): ModelState[] {
  if (history.length > MAX_OPERATIONS) throw new RangeError('the history is too long')
  const all = 2 ** history.length - 1
  const seen = new Set<string>()
  const finals = new Map<string, ModelState>()

  function visit(done: number, state: ModelState): void {
    const key = JSON.stringify(state)
    if (done === all) {
      finals.set(key, state)
      return
    }
    const place = `${done} ${key}`
    if (seen.has(place)) return
    seen.add(place)
    for (const [index, next] of history.entries()) {
      const bit = 2 ** index
      if ((done & bit) === 0 && mayComeNext(history, done, next)) {
        for (const after of statesAfter(state, next)) visit(done | bit, after)
      }
    }
  }

  function statesAfter(state: ModelState, recorded: Recorded): ModelState[] {
    const { operation, answer, from, to } = recorded
    const states = answer === null ? [state] : []
    if (isImpossible(state, operation)) return states
    const isWithheld = mayBeWithheld(history, recorded)
    for (let now = from; now <= to; now++) {
      for (const outcome of outcomesOf(state, operation, { now, limits })) {
        const isAnswer = answer === null || isSame(outcome.answer, answer)
        if (isAnswer || (isWithheld && outcome.answer.kind === 'granted')) {
          states.push(outcome.state)
        }
      }
    }
    return states
  }

  visit(0, NOTHING)
  return [...finals.values()]
}

function mayComeNext(history: readonly Recorded[], done: number, next: Recorded): boolean {
  return history.every(
    (other, index) => (done & (2 ** index)) !== 0 || other.ended >= next.begun || other === next,
  )
}

/** A token that nobody had been given yet. */
function isImpossible({ session }: ModelState, operation: Operation): boolean {
  return operation.kind === 'refresh' && operation.generation > (session?.generation ?? 0)
}

/**
 * A refresh that has moved its session on asks for the account once more before it answers, and
 * hands out nothing where that was disabled in the meantime.
 */
function mayBeWithheld(
  history: readonly Recorded[],
  { operation, answer, begun, ended }: Recorded,
) {
  if (operation.kind !== 'refresh' || answer?.kind !== 'refused') return false
  return (
    answer.code === 'session_ended' &&
    history.some(
      (other) => other.operation.kind === 'disable' && other.begun < ended && other.ended > begun,
    )
  )
}

function isSame(one: Answer, other: Answer): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

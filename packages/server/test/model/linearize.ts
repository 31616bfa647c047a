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
export const MAX_OPERATIONS = 30

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
        for (const after of statesAfter(state, next, limits)) visit(done | bit, after)
      }
    }
  }

  visit(0, NOTHING)
  return [...finals.values()]
}

function mayComeNext(history: readonly Recorded[], done: number, next: Recorded): boolean {
  return history.every(
    (other, index) => (done & (2 ** index)) !== 0 || other.ended >= next.begun || other === next,
  )
}

function statesAfter(
  state: ModelState,
  { operation, answer, from, to }: Recorded,
  limits: ModelLimits,
): ModelState[] {
  const states = answer === null ? [state] : []
  const isImpossible =
    operation.kind === 'refresh' && operation.generation > (state.session?.generation ?? 0)
  if (isImpossible) return states
  for (let now = from; now <= to; now++) {
    for (const outcome of outcomesOf(state, operation, { now, limits })) {
      if (answer === null || isSame(outcome.answer, answer)) states.push(outcome.state)
    }
  }
  return states
}

function isSame(one: Answer, other: Answer): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

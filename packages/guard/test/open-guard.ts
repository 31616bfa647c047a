import { createGuard, type Guard, type GuardOptions, type SharedOptions } from '../src/index.ts'
import type { AuthorityDouble } from './authority-double.ts'
import { EventLog } from './event-log.ts'

export interface OpenGuard extends Disposable {
  guard: Guard
  events: EventLog
}

/** A guard for one authority that is closed at the end of the test. */
export function openGuard(
  authority: AuthorityDouble,
  options: SharedOptions & Record<string, unknown> = {},
): OpenGuard {
  const events = new EventLog()
  const { issuer, audience } = authority
  const all: GuardOptions = { issuer, audience, onEvent: events.onEvent, ...options }
  const guard = createGuard(all)
  return { guard, events, [Symbol.dispose]: () => guard.close() }
}

/** How a promise failed, as the code of the error; `accepted` when it did not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'accepted'
  } catch (error) {
    const { code } = error as { code?: unknown }
    return typeof code === 'string' ? code : String(error)
  }
}

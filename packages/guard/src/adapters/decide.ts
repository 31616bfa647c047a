import type { GuardedSource } from '../credentials.ts'
import type { Guard } from '../guard.ts'
import type { Identity } from '../identity.ts'
import { isPending } from '../pending.ts'
import type { Route } from '../route.ts'

interface Ways<T> {
  /** Lets the request through; null where an optional route has no identity. */
  readonly allow: (identity: Identity | null) => T | Promise<T>
  readonly refuse: (error: unknown) => T | Promise<T>
}

/** Calls exactly one of both, once: at once where the guard need not wait for anything. */
export function decide<T>(
  guard: Guard,
  { source, route }: { source: GuardedSource; route: Route },
  { allow, refuse }: Ways<T>,
): T | Promise<T> {
  let found: Identity | null | Promise<Identity | null>
  try {
    found = guard.admit(source, route)
  } catch (error) {
    return refuse(error)
  }
  return isPending(found) ? found.then(allow, refuse) : allow(found)
}

// Keys that a plan needs and that have to be made before the transaction that puts them in place.
import { type Algorithm, generateKey, type Key } from '@signet/token'
import { kidOf } from './key-id.ts'
import type { KeyChange } from './key-plan.ts'

/** Rolls a transaction back in which keys are needed that were not made yet. */
export class KeysMissing extends Error {
  readonly algorithms: readonly Algorithm[]

  constructor(algorithms: readonly Algorithm[]) {
    super('keys have to be made first')
    this.algorithms = algorithms
  }
}

/** Its id can stand in a command line: one that begins with a dash would be taken for an option. */
export async function makeKey(algorithm: Algorithm): Promise<Key> {
  for (;;) {
    const key = await generateKey(algorithm)
    if (!kidOf(key).startsWith('-')) return key
  }
}

export function algorithmsMissing(
  changes: readonly KeyChange[],
  spares: readonly Key[],
): Algorithm[] {
  const left = spares.map(({ algorithm }) => algorithm)
  return changes.flatMap((change) => {
    if (change.type !== 'create') return []
    const place = left.indexOf(change.algorithm)
    if (place === -1) return [change.algorithm]
    left.splice(place, 1)
    return []
  })
}

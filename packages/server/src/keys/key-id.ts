import type { Key } from '@signet/token'

/** The id of a key of the ring: every one has it. */
export function kidOf({ kid }: Key): string {
  if (kid === undefined) throw new Error('a key without an id')
  return kid
}

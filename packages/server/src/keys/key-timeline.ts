import {
  type KeyFacts,
  type KeyRules,
  removableAt,
  retiringSeconds,
  rotatesAt,
  signsFrom,
} from './key-plan.ts'

/** What comes next for a key, as things stand: epoch seconds, null where nothing is to come. */
export interface KeyMoments {
  /** Begins to sign. */
  readonly signsAt: number | null
  /** Makes room for the next one. */
  readonly retiresAt: number | null
  /** Can go without harm: the last token that it signed is dead everywhere. */
  readonly goesAt: number | null
}

/** Pure, like the plan that it foretells. */
export function momentsOf(
  key: KeyFacts,
  { keys, rules }: { keys: readonly KeyFacts[]; rules: KeyRules },
): KeyMoments {
  const changesAt = rotationAt(keys, rules)
  switch (key.state) {
    case 'next':
      return { signsAt: changesAt, retiresAt: null, goesAt: null }
    case 'active': {
      const goesAt = changesAt === null ? null : changesAt + retiringSeconds(key.tokenSeconds)
      return { signsAt: null, retiresAt: changesAt, goesAt }
    }
    case 'retiring':
      return { signsAt: null, retiresAt: null, goesAt: removableAt(key) }
    case 'revoked':
      return { signsAt: null, retiresAt: null, goesAt: null }
  }
}

/** When the next key takes over: once it may, and once it is time or it is of another algorithm. */
function rotationAt(keys: readonly KeyFacts[], rules: KeyRules): number | null {
  const active = keys.find(({ state }) => state === 'active')
  const next = keys.find(({ state }) => state === 'next')
  if (active === undefined || next === undefined) return null
  const earliest = signsFrom(next, active)
  const due = next.algorithm === active.algorithm ? rotatesAt(active, rules) : earliest
  return earliest === null || due === null ? null : Math.max(earliest, due)
}

// What a presented refresh token means for its session. Pure; the writes in session-store.ts repeat
// the judgement as their condition, so it still holds when several requests decide at once.

/** The part of a session that decides. Times are epoch seconds. */
export interface RotationState {
  readonly generation: number
  readonly parent: number | null
  readonly rotatedAt: number
  readonly idleExpiresAt: number
  readonly expiresAt: number
  readonly endedAt: number | null
}

export type RotationVerdict =
  /** The current token: the next generation takes its place. */
  | 'rotate'
  /** The token before it, at most the grace after: the same successor once more. */
  | 'repeat'
  /** The token before it, later: its answer was lost; a new successor, the unused one is void. */
  | 'repair'
  /** Older or void: somebody else holds a copy. The session ends. */
  | 'reuse'
  /** Newer than the row knows: the database went back in time. */
  | 'ahead'
  /** Ended, or past its idle or absolute limit. */
  | 'over'

/**
 * Judges an authentic token of `generation`. The grace counts whole seconds, so it lasts up to one
 * second longer than it says.
 */
export function judgeRotation(
  session: RotationState,
  generation: number,
  context: { now: number; graceSeconds: number },
): RotationVerdict {
  if (generation > session.generation) return 'ahead'
  if (session.endedAt !== null) return 'over'
  if (generation !== session.generation && generation !== session.parent) return 'reuse'
  if (context.now >= session.idleExpiresAt || context.now >= session.expiresAt) return 'over'
  if (generation === session.generation) return 'rotate'
  return context.now - session.rotatedAt <= context.graceSeconds ? 'repeat' : 'repair'
}

// One session of one account, as it is promised: what each operation answers and leaves behind.
// Written from the promise and sharing nothing with the code that keeps it; histories are checked
// against it, and the diagram of docs/concepts/sessions.md is drawn from it.

export interface ModelLimits {
  readonly graceSeconds: number
  readonly idleSeconds: number
  readonly sessionSeconds: number
}

/** Times are epoch seconds. */
export interface ModelState {
  readonly isDisabled: boolean
  readonly isPasswordChanged: boolean
  /** How often anything happened to the account that fails logins under way. */
  readonly credentials: number
  readonly session: ModelSession | null
}

export interface ModelSession {
  readonly generation: number
  readonly parent: number | null
  readonly rotatedAt: number
  readonly idleExpiresAt: number
  readonly expiresAt: number
  readonly tokenVersion: number
  readonly isEnded: boolean
}

export const NOTHING: ModelState = {
  isDisabled: false,
  isPasswordChanged: false,
  credentials: 0,
  session: null,
}

/**
 * `credentialsSeen` is how often the credentials had changed at least when the operation began: it
 * reads them first and refuses where they changed before it could act. `endSeen`: somebody had been
 * told of the session's end before the operation began.
 */
export type Operation =
  | { readonly kind: 'login'; readonly credentialsSeen: number }
  | { readonly kind: 'refresh'; readonly generation: number; readonly endSeen: boolean }
  | { readonly kind: 'logout' }
  | { readonly kind: 'end-all' }
  | {
      readonly kind: 'change-password'
      readonly by: 'this' | 'another'
      readonly credentialsSeen: number
    }
  | { readonly kind: 'change-roles'; readonly role: string }
  | { readonly kind: 'disable' }
  | { readonly kind: 'enable' }

export type Answer =
  | { readonly kind: 'granted'; readonly generation: number; readonly tokenVersion: number }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'done' }

export interface Outcome {
  readonly state: ModelState
  readonly answer: Answer
}

const DONE: Answer = { kind: 'done' }
const refused = (code: string): Answer => ({ kind: 'refused', code })

/** Everything that may happen when `operation` takes place at `now`; mostly that is one thing. */
export function outcomesOf(
  state: ModelState,
  operation: Operation,
  at: { now: number; limits: ModelLimits },
): Outcome[] {
  switch (operation.kind) {
    case 'login':
      return byPassword(state, operation, { code: 'credentials_wrong' }, () => {
        const session = openSession(at)
        return { state: { ...state, session }, answer: grant(session) }
      })
    case 'refresh':
      return refresh(state, operation, at)
    case 'logout':
    case 'end-all':
      return [{ state: end(state), answer: DONE }]
    case 'change-password':
      return byPassword(state, operation, { code: 'password_wrong' }, () => {
        const changed = { ...credentialsChanged(state), isPasswordChanged: true }
        return { state: operation.by === 'this' ? changed : end(changed), answer: DONE }
      })
    case 'change-roles':
      return [{ state: raiseTokenVersion(state), answer: DONE }]
    case 'disable':
      return [{ state: end({ ...credentialsChanged(state), isDisabled: true }), answer: DONE }]
    case 'enable':
      return [{ state: { ...credentialsChanged(state), isDisabled: false }, answer: DONE }]
  }
}

/** What an authentic refresh token of a generation means. */
function refresh(
  state: ModelState,
  { generation: presented, endSeen }: { generation: number; endSeen: boolean },
  { now, limits }: { now: number; limits: ModelLimits },
): Outcome[] {
  const { session } = state
  if (session === null || presented > session.generation) {
    throw new RangeError('a token that nobody was given')
  }
  const { generation, parent, rotatedAt, idleExpiresAt, expiresAt, isEnded } = session
  const isCurrent = presented === generation
  const isReuse = !isCurrent && presented !== parent
  const over = { state, answer: refused('session_ended') }
  const reused = { state: end(state), answer: refused('refresh_reused') }
  // Of several that present used tokens while the session ends, each may be told why or only that.
  if (isEnded) return isReuse && !endSeen ? [over, reused] : [over]
  if (isReuse) return [reused]
  if (now >= Math.min(idleExpiresAt, expiresAt)) return [over]
  const isRepeat = !isCurrent && now - rotatedAt <= limits.graceSeconds
  if (isRepeat) return [{ state, answer: grant(session) }]
  const next = {
    ...session,
    generation: generation + 1,
    parent: presented,
    rotatedAt: now,
    idleExpiresAt: now + limits.idleSeconds,
  }
  return [{ state: { ...state, session: next }, answer: grant(next) }]
}

function byPassword(
  state: ModelState,
  { credentialsSeen }: { credentialsSeen: number },
  { code }: { code: string },
  succeed: () => Outcome,
): Outcome[] {
  const isRight = !state.isPasswordChanged && !state.isDisabled
  const mayBeRefused = !isRight || state.credentials > credentialsSeen
  return [
    ...(isRight ? [succeed()] : []),
    ...(mayBeRefused ? [{ state, answer: refused(code) }] : []),
  ]
}

function openSession({ now, limits }: { now: number; limits: ModelLimits }): ModelSession {
  return {
    generation: 1,
    parent: null,
    rotatedAt: now,
    idleExpiresAt: now + limits.idleSeconds,
    expiresAt: now + limits.sessionSeconds,
    tokenVersion: 1,
    isEnded: false,
  }
}

function grant({ generation, tokenVersion }: ModelSession): Answer {
  return { kind: 'granted', generation, tokenVersion }
}

function end(state: ModelState): ModelState {
  const { session } = state
  return session === null ? state : { ...state, session: { ...session, isEnded: true } }
}

function raiseTokenVersion(state: ModelState): ModelState {
  const { session } = state
  if (session === null || session.isEnded) return state
  return { ...state, session: { ...session, tokenVersion: session.tokenVersion + 1 } }
}

function credentialsChanged(state: ModelState): ModelState {
  return { ...state, credentials: state.credentials + 1 }
}

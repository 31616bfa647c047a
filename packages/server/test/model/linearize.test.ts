import { describe, expect, test } from 'vitest'
import { linearize, type Recorded } from './linearize.ts'
import type { Answer, Operation } from './session-model.ts'

const LIMITS = { graceSeconds: 10, idleSeconds: 1_000, sessionSeconds: 5_000 }

const login: Operation = { kind: 'login', credentialsSeen: 0 }
const refresh = (generation: number, endSeen = false): Operation => ({
  kind: 'refresh',
  generation,
  endSeen,
})
const granted = (generation: number, tokenVersion = 1): Answer => ({
  kind: 'granted',
  generation,
  tokenVersion,
})
const refused = (code: string): Answer => ({ kind: 'refused', code })
const done: Answer = { kind: 'done' }

function at(
  [begun, ended]: [number, number],
  operation: Operation,
  answer: Answer | null,
  seconds = 0,
): Recorded {
  return { operation, answer, begun, ended, from: seconds, to: seconds }
}

/** A login, and then what is given. */
function finalsOf(...rest: Recorded[]) {
  return linearize([at([1, 2], login, granted(1)), ...rest], LIMITS)
}

describe('a history is explained', () => {
  test('when two refreshes at once get one successor', () => {
    const finals = finalsOf(at([3, 6], refresh(1), granted(2)), at([4, 5], refresh(1), granted(2)))
    expect(finals).toMatchObject([{ session: { generation: 2, parent: 1, isEnded: false } }])
  })

  test('by an end in the middle, whoever was told of it first', () => {
    const logout = at([3, 9], { kind: 'logout' }, done)
    expect(finalsOf(logout, at([4, 5], refresh(1), granted(2)))).toHaveLength(1)
    expect(finalsOf(logout, at([4, 5], refresh(1), refused('session_ended')))).toHaveLength(1)
  })

  test('in both ways when an answer was lost', () => {
    const finals = finalsOf(at([3, 4], refresh(1), null))
    expect(finals.map(({ session }) => session?.generation).sort()).toEqual([1, 2])
  })

  test('when two that present a used token at once are both told why', () => {
    const moved = [at([3, 4], refresh(1), granted(2)), at([5, 6], refresh(2), granted(3))]
    const reused = refused('refresh_reused')
    const first = at([7, 10], refresh(1), reused)
    expect(finalsOf(...moved, first, at([8, 9], refresh(1), reused))).toHaveLength(1)
    expect(finalsOf(...moved, first, at([11, 12], refresh(1, true), reused))).toEqual([])
  })

  test('when a refresh moved the session on and the account was disabled before it answered', () => {
    const ended = refused('session_ended')
    const disable = at([4, 5], { kind: 'disable' }, done)
    const moved = at([3, 8], refresh(1), ended)
    expect(finalsOf(disable, moved).map(({ session }) => session?.generation)).toEqual([1, 2])
    expect(finalsOf(at([1, 2], { kind: 'disable' }, done), moved)).toHaveLength(1)
  })

  test('by any second between its begin and its end', () => {
    const rotated = at([3, 4], refresh(1), granted(2))
    const again = { ...at([5, 6], refresh(1), granted(3)), from: 9, to: 11 }
    expect(finalsOf(rotated, again)).toHaveLength(1)
    expect(finalsOf(rotated, { ...again, to: 10 })).toEqual([])
  })
})

describe('a history is not explained', () => {
  test('when a refresh that began after an acknowledged end gets a token', () => {
    const logout = at([3, 4], { kind: 'logout' }, done)
    expect(finalsOf(logout, at([5, 6], refresh(1), granted(2)))).toEqual([])
  })

  test('when one token has two successors at once', () => {
    expect(
      finalsOf(at([3, 6], refresh(1), granted(2)), at([4, 5], refresh(1), granted(3))),
    ).toEqual([])
  })

  test('when a used token goes on', () => {
    const moved = [at([3, 4], refresh(1), granted(2)), at([5, 6], refresh(2), granted(3))]
    expect(finalsOf(...moved, at([7, 8], refresh(1), refused('refresh_reused')))).toHaveLength(1)
    expect(finalsOf(...moved, at([7, 8], refresh(1), granted(3)))).toEqual([])
    expect(finalsOf(...moved, at([7, 8], refresh(1), refused('session_ended')))).toEqual([])
  })

  test('when an honest client is refused', () => {
    expect(finalsOf(at([3, 4], refresh(1), refused('session_ended')))).toEqual([])
  })

  test('when a token of before a role change is given after it', () => {
    const change = at([3, 4], { kind: 'change-roles', role: 'a' }, done)
    expect(finalsOf(change, at([5, 6], refresh(1), granted(2, 2)))).toHaveLength(1)
    expect(finalsOf(change, at([5, 6], refresh(1), granted(2, 1)))).toEqual([])
  })

  test('when a login gets through a disabling that was acknowledged', () => {
    const disable = at([1, 2], { kind: 'disable' }, done)
    const attempt = { kind: 'login', credentialsSeen: 1 } as const
    expect(linearize([disable, at([3, 4], attempt, granted(1))], LIMITS)).toEqual([])
    expect(
      linearize([disable, at([3, 4], attempt, refused('credentials_wrong'))], LIMITS),
    ).toHaveLength(1)
  })

  test('when a login is refused and nothing happened to the account', () => {
    expect(linearize([at([1, 2], login, refused('credentials_wrong'))], LIMITS)).toEqual([])
  })

  test('when a session goes on past its limits', () => {
    expect(finalsOf(at([3, 4], refresh(1), granted(2), 1_000))).toEqual([])
    expect(finalsOf(at([3, 4], refresh(1), refused('session_ended'), 1_000))).toHaveLength(1)
  })
})

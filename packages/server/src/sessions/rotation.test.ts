import { describe, expect, test } from 'vitest'
import { judgeRotation, type RotationState } from './rotation.ts'

const NOW = 1_000_000
const session: RotationState = {
  generation: 7,
  parent: 5,
  rotatedAt: NOW - 3,
  idleExpiresAt: NOW + 100,
  expiresAt: NOW + 1000,
  endedAt: null,
}

const judge = (generation: number, change: Partial<RotationState> = {}, now = NOW) =>
  judgeRotation({ ...session, ...change }, generation, { now, graceSeconds: 10 })

describe('what a presented refresh token means', () => {
  test('the current one rotates', () => expect(judge(7)).toBe('rotate'))
  test('the parent within the grace repeats', () => expect(judge(5)).toBe('repeat'))
  test('the parent at the last second of the grace repeats', () => {
    expect(judge(5, { rotatedAt: NOW - 10 })).toBe('repeat')
  })
  test('the parent after the grace repairs', () => {
    expect(judge(5, { rotatedAt: NOW - 11 })).toBe('repair')
  })
  test('the one that a repair made void is reuse', () => expect(judge(6)).toBe('reuse'))
  test('an older one is reuse, even inside the grace', () => expect(judge(4)).toBe('reuse'))
  test('a first session has no parent to repeat', () => {
    expect(judge(1, { generation: 1, parent: null })).toBe('rotate')
  })
  test('one ahead of the row is neither reuse nor accepted', () => {
    expect(judge(8)).toBe('ahead')
    expect(judge(8, { endedAt: NOW - 1 })).toBe('ahead')
  })
  test('nothing continues a session that ended', () => {
    for (const generation of [4, 5, 6, 7]) {
      expect(judge(generation, { endedAt: NOW })).toBe('over')
    }
  })
  test('nothing continues a session past its idle or absolute limit', () => {
    for (const generation of [5, 7]) {
      expect(judge(generation, {}, session.idleExpiresAt)).toBe('over')
      expect(judge(generation, { idleExpiresAt: NOW + 9999 }, session.expiresAt)).toBe('over')
    }
  })
  test('reuse is reuse past the limits too: it still ends what may be open elsewhere', () => {
    expect(judge(4, {}, session.idleExpiresAt)).toBe('reuse')
  })
})

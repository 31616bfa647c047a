import { beforeEach, describe, expect, it } from 'vitest'
import { createClock } from '../clock.ts'
import { UnknownKids } from './unknown-kids.ts'

describe('UnknownKids', () => {
  let nowMs: number
  let kids: UnknownKids

  beforeEach(() => {
    nowMs = 0
    const clock = { ...createClock(() => nowMs), monotonic: () => nowMs }
    kids = new UnknownKids(clock)
  })

  /** The seconds of an hour at which somebody asks, when one of these comes every second. */
  function askedAt(kidAt: (second: number) => string): number[] {
    return Array.from({ length: 3_600 }, (_, second) => second).filter((second) => {
      nowMs = second * 1_000
      return kids.take(kidAt(second))
    })
  }

  it('F04 asks once in 30 s for a flood of ids', () => {
    const asked = askedAt((second) => `kid ${second}`)
    expect(asked.slice(0, 4)).toEqual([0, 30, 60, 90])
    expect(asked).toHaveLength(120)
  })

  it('asks less and less often for one id', () => {
    expect(askedAt(() => 'removed')).toEqual([0, 30, 90, 210, 450, 930, 1830, 2730])
  })

  it('F04 asks at once for a new key while an old one comes again and again', () => {
    for (const second of [0, 30, 90]) {
      nowMs = second * 1_000
      expect(kids.take('removed')).toBe(true)
    }
    nowMs = 150_000
    expect(kids.take('removed')).toBe(false)
    expect(kids.take('new')).toBe(true)
  })

  it('takes tokens that name no key for one id', () => {
    expect(kids.take(undefined)).toBe(true)
    nowMs = 31_000
    expect(kids.take('another')).toBe(true)
    nowMs = 62_000
    expect(kids.take(undefined)).toBe(true)
    nowMs = 93_000
    expect(kids.take(undefined)).toBe(false)
  })

  it('remembers no more than it has room for', () => {
    for (let round = 0; round < 1_000; round += 1) {
      nowMs += 30_000
      expect(kids.take(`kid ${round}`)).toBe(true)
    }
    nowMs += 30_000
    expect(kids.take('kid 0')).toBe(true)
  })
})

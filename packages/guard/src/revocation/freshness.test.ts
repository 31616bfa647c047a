import { beforeEach, describe, expect, it } from 'vitest'
import { Freshness } from './freshness.ts'

describe('Freshness', () => {
  let wall = 0
  let monotonic = 0
  let freshness: Freshness
  const pass = (ms: number) => {
    wall += ms
    monotonic += ms
  }
  const pulse = (readAfterMs: number, head = 'e1.5') => ({ head, readAfterMs, now: wall })

  beforeEach(() => {
    wall = 1_000_000
    monotonic = 0
    freshness = new Freshness({ now: () => wall, monotonic: () => monotonic })
  })

  it('is infinitely old before a pulse counted', () => {
    expect(freshness.ageMs()).toBe(Number.POSITIVE_INFINITY)
    freshness.open()
    freshness.reach('e1.5')
    expect(freshness.ageMs()).toBe(Number.POSITIVE_INFINITY)
  })

  it('dates a pulse from when the request was sent, however long the pulse was under way', () => {
    freshness.open()
    freshness.reach('e1.5')
    pass(9_000)
    expect(freshness.pulse(pulse(2_000))).toBe(true)
    expect(freshness.ageMs()).toBe(7_000)
  })

  it('never dates a pulse later than now', () => {
    freshness.open()
    freshness.reach('e1.5')
    pass(100)
    freshness.pulse(pulse(60_000))
    expect(freshness.ageMs()).toBe(0)
    pass(400)
    expect(freshness.ageMs()).toBe(400)
  })

  it.each(['e1.6', 'e2.1', 'e2.5'])(
    'does not count a pulse whose head %s it has not reached',
    (head) => {
      freshness.open()
      freshness.reach('e1.5')
      expect(freshness.pulse(pulse(0, head))).toBe(false)
      expect(freshness.ageMs()).toBe(Number.POSITIVE_INFINITY)
    },
  )

  it('counts a waiting pulse when the cursor arrives, dated as it was', () => {
    freshness.open()
    freshness.reach('e1.5')
    freshness.pulse(pulse(0, 'e1.7'))
    pass(300)
    expect(freshness.reach('e1.6')).toBe(false)
    expect(freshness.reach('e1.7')).toBe(true)
    expect(freshness.ageMs()).toBe(300)
    expect(freshness.reach('e1.8')).toBe(false)
  })

  it('does not count a pulse of an earlier stream', () => {
    freshness.open()
    freshness.reach('e1.5')
    freshness.pulse(pulse(0, 'e1.7'))
    freshness.open()
    expect(freshness.reach('e1.7')).toBe(false)
  })

  it('ages by the faster of two clocks', () => {
    freshness.open()
    freshness.reach('e1.5')
    freshness.pulse(pulse(0))
    monotonic += 4_000
    expect(freshness.ageMs()).toBe(4_000)
    wall += 30_000
    expect(freshness.ageMs()).toBe(30_000)
    wall -= 100_000
    expect(freshness.ageMs()).toBe(4_000)
  })

  it('stays old after the wall clock jumped, until a new stream is dated', () => {
    freshness.open()
    freshness.reach('e1.5')
    wall += 3_600_000
    freshness.pulse(pulse(0))
    expect(freshness.ageMs()).toBe(3_600_000)
    freshness.open()
    freshness.pulse(pulse(0))
    expect(freshness.ageMs()).toBe(0)
  })

  it.each([
    '',
    'e1',
    'e1.',
    '.5',
    'e1.-1',
    'e1.05',
    'e1.1e3',
    'e.1.5',
    'e 1.5',
    'e1.9007199254740993',
  ])('refuses %j for a cursor', (cursor) => {
    expect(() => freshness.reach(cursor)).toThrow(/cannot be read/)
  })
})

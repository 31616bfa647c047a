import { describe, expect, it } from 'vitest'
import { MAX_TOKEN_BYTES, writeAscii } from './scratch.ts'

const FOREIGN = ['\x80', '\u0141', '\u20ac', '\ud800', '\u{1f511}']

describe.each([1, 2, 3, 4, 5, 100, MAX_TOKEN_BYTES])('a text of %i characters', (length) => {
  it('is ASCII when nothing else is in it', () => {
    expect(writeAscii('x'.repeat(length))).toBe(true)
  })

  it.each(FOREIGN)('is not with %j in front, at its end, or both', (foreign) => {
    const rest = Math.max(0, length - foreign.length)
    expect(writeAscii(foreign + 'x'.repeat(rest))).toBe(false)
    expect(writeAscii('x'.repeat(rest) + foreign)).toBe(false)
    for (const other of FOREIGN) {
      const between = 'x'.repeat(Math.max(0, rest - other.length))
      expect(writeAscii(foreign + between + other)).toBe(false)
    }
  })
})

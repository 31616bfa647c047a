import { expect, test } from 'vitest'
import { createTokenId } from './token-id.ts'

test('a token id is 128 random bits, and never comes twice', () => {
  const ids = Array.from({ length: 5_000 }, createTokenId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => /^[\w-]{22}$/.test(id))).toBe(true)
  // Each of 128 bits is set in half of the ids: 2,500, give or take 35. Beyond 200 lies one run in 500,000.
  const bytes = ids.map((id) => Buffer.from(id, 'base64url'))
  for (let bit = 0; bit < 128; bit++) {
    const set = bytes.filter((one) => ((one[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
    expect(Math.abs(set - 2_500)).toBeLessThan(200)
  }
})

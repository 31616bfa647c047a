import { expect, it } from 'vitest'
import { createBackOff } from './back-off.ts'

it('waits about twice as long each time, up to the limit, and starts over when reset', () => {
  const backOff = createBackOff({ minMs: 100, maxMs: 5_000 })
  for (const whole of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    const pause = backOff.next()
    expect(pause).toBeGreaterThanOrEqual(whole / 2)
    expect(pause).toBeLessThanOrEqual(whole)
  }
  for (let round = 0; round < 2_000; round += 1) expect(backOff.next()).toBeLessThanOrEqual(5_000)
  backOff.reset()
  expect(backOff.next()).toBeLessThanOrEqual(100)
})

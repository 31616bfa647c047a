// Runs before every test file: what the authorities and commands of that file say is held against
// every secret that they were given or gave (promise R15).
import { endLeakWatch, startLeakWatch } from '@signet/testkit/leaks'
import { afterAll, expect } from 'vitest'

startLeakWatch()

afterAll(() => {
  expect(endLeakWatch().leaks, 'secrets in logs, errors, figures or arguments').toEqual([])
})

import { expect, test } from 'vitest'
import { isPending } from './pending.ts'

test('a promise is waited for, also where a program has put its own Promise in its place', () => {
  const promise = (async () => 1)()
  const before = globalThis.Promise
  try {
    globalThis.Promise = class {} as never
    expect(isPending(promise)).toBe(true)
  } finally {
    globalThis.Promise = before
  }
  expect(isPending({ subject: 'acc_1' })).toBe(false)
  expect(isPending(null)).toBe(false)
})

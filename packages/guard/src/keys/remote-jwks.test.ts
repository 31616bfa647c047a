import { exportJwk, generateKey } from '@signet/token'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createClock } from '../clock.ts'
import type { JsonAnswer } from '../http/json-client.ts'
import { RemoteKeys } from './remote-jwks.ts'

const jwks = { keys: [exportJwk(await generateKey('ES256'))] }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it.each([
  [60, 44_000, 58_000],
  [null, 449_000, 571_000],
  [0, 7_000, 9_600],
  [31_536_000, 64_799_000, 82_081_000],
])('fetches again a little before max-age %s is over', async (maxAgeSeconds, early, due) => {
  let fetches = 0
  const keys = new RemoteKeys({
    issuer: 'https://issuer.example',
    algorithms: ['ES256'],
    maxStaleSeconds: 86_400,
    discovery: {
      get: async () => ({
        keySetUrl: new URL('https://issuer.example/jwks'),
        streamUrl: null,
        introspectionUrl: null,
      }),
      forget: () => {},
    },
    client: {
      get: async (): Promise<JsonAnswer> => {
        fetches += 1
        return { status: 200, body: jwks, etag: null, maxAgeSeconds }
      },
      post: () => Promise.reject(new Error('nobody posts for keys')),
      close: () => {},
    },
    clock: createClock(),
    emit: () => {},
  })
  await keys.ready()
  await vi.advanceTimersByTimeAsync(early)
  expect(fetches).toBe(1)
  await vi.advanceTimersByTimeAsync(due - early)
  expect(fetches).toBe(2)
  keys.close()
  await vi.advanceTimersByTimeAsync(due * 10)
  expect(fetches).toBe(2)
})

import type { KeySet } from '@signet/token'
import type { KeySource } from './key-source.ts'

/** Keys that were handed over once and never change. */
export function createStaticKeys(keys: KeySet): KeySource {
  return {
    keySet: () => keys,
    ready: async () => {},
    refresh: async () => {},
    close: () => {},
    health: () => ({ count: keys.size, fetchedAt: null, lastError: null }),
  }
}

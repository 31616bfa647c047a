// The one connection to Redis. What it holds can be lost at any time: everything behind it goes on
// without it, so nothing here waits long or queues.
import type { Redis } from 'ioredis'
import type { HiddenUrl } from '../config/hidden-url.ts'

const CONNECT_TIMEOUT_MS = 3_000
const COMMAND_TIMEOUT_MS = 500
const MAX_PAUSE_MS = 2_000

/**
 * Connects, and connects again for ever; commands in between fail at once. An authority starts
 * without it too: it must not be down because Redis is.
 */
export async function openRedis(address: HiddenUrl): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(address.reveal(), {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(MAX_PAUSE_MS, attempt * 100),
  })
  // Every failure reaches the command that met it; without a listener they would be printed as well.
  redis.on('error', () => {})
  await redis.connect().catch(() => {})
  return redis
}

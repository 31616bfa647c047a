import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Events } from '../events.ts'
import { FallbackLimits } from './fallback-limits.ts'
import type { LimitStore } from './limit.ts'
import { MemoryLimits } from './memory-limits.ts'
import { RedisLimits } from './redis-limits.ts'

/** Lets everything through. */
const NO_LIMITS: LimitStore = {
  take: async () => 0,
  giveBack: async () => {},
  close: async () => {},
}

/** The counters that a config asks for. */
export function openLimits(parts: {
  config: Config
  redis: Redis | null
  clock: Clock
  events: Events
}): LimitStore {
  const { config, redis, clock, events } = parts
  if (config.dangerouslyDisableRateLimits) return NO_LIMITS
  const own = new MemoryLimits(clock)
  return redis === null ? own : new FallbackLimits({ shared: new RedisLimits(redis), own, events })
}

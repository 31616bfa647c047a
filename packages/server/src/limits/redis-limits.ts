import type { Redis } from 'ioredis'
import type { Counter, LimitStore } from './limit.ts'

// Both scripts run alone in Redis, by its clock. ARGV holds, for each key, the milliseconds of one
// attempt and the burst; a key holds the millisecond at which its counter is empty again.

const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
local filled = {}
for i, key in ipairs(KEYS) do
  local each = tonumber(ARGV[i * 2 - 1])
  filled[i] = math.max(tonumber(redis.call('GET', key) or '0'), now) + each
  wait = math.max(wait, filled[i] - now - each * tonumber(ARGV[i * 2]))
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', filled[i]), 'PX', string.format('%.0f', filled[i] - now))
end
return 0`

const GIVE_BACK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, key in ipairs(KEYS) do
  local filled = tonumber(redis.call('GET', key) or '0') - tonumber(ARGV[i * 2 - 1])
  if filled > now then
    redis.call('SET', key, string.format('%.0f', filled), 'PX', string.format('%.0f', filled - now))
  else
    redis.call('DEL', key)
  end
end
return 0`

/** Counters that all authority processes share. */
export class RedisLimits implements LimitStore {
  readonly #redis: Redis

  /** Does not close `redis`. */
  constructor(redis: Redis) {
    this.#redis = redis
  }

  async take(counters: readonly Counter[]): Promise<number> {
    return Number(await this.#run(TAKE, counters))
  }

  async giveBack(counters: readonly Counter[]): Promise<void> {
    await this.#run(GIVE_BACK, counters)
  }

  async close(): Promise<void> {}

  #run(script: string, counters: readonly Counter[]): Promise<unknown> {
    if (counters.length === 0) return Promise.resolve(0)
    // One hash tag: the script touches all of them, so a cluster must keep them together.
    const keys = counters.map(({ key }) => `signet:{limits}:${key}`)
    const values = counters.flatMap(({ limit }) => [limit.everySeconds * 1000, limit.burst])
    return this.#redis.eval(script, keys.length, ...keys, ...values)
  }
}

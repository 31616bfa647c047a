// A deployment looked at from inside, with nothing changed in it: what `signet doctor` works on.
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import type { HiddenUrl } from './config/hidden-url.ts'
import { TlsFiles } from './http/tls-files.ts'
import { type DatabaseInspection, inspectDatabase } from './inspection/inspect-database.ts'
import { type Looked, look } from './inspection/looked.ts'
import { openRedis } from './redis/open-redis.ts'

export interface Inspection extends DatabaseInspection {
  /** Whether Redis answers; null: none is set. */
  readonly redis: boolean | null
  /** When the certificate in the files runs out, epoch seconds; null: none is set. */
  readonly tlsExpiresAt: Looked<number> | null
}

/** Longer than any part of it may take by itself. */
const PATIENCE_MS = 12_000

/**
 * Reads what a config names: the database, its secrets, Redis, TLS files. An SQLite file that is not
 * there is not made, and no secret either. Takes at most 12 s, besides reading a large SQLite file,
 * which holds up everything else in this process. What could not be looked at says why in its place.
 * @throws what is none of this program's errors: a mistake in it
 */
export async function inspectDeployment(config: Config): Promise<Inspection> {
  const clock = systemClock
  const failure = `the database did not answer for ${PATIENCE_MS / 1000} s`
  const silent: DatabaseInspection = {
    database: { state: 'unusable', failure },
    contents: null,
    weakSecrets: [],
  }
  const [inspection, redis] = await Promise.all([
    within(inspectDatabase(config, clock), silent),
    config.redis === null ? null : within(isAnswering(config.redis), false),
  ])
  const { tls } = config
  const tlsExpiresAt =
    tls === null ? null : look(() => new TlsFiles({ paths: tls, clock }).expiresAt)
  return { ...inspection, redis, tlsExpiresAt }
}

function within<T>(work: Promise<T>, late: T): Promise<T> {
  return Promise.race([work, sleep(PATIENCE_MS, late, { ref: false })])
}

async function isAnswering(address: HiddenUrl): Promise<boolean> {
  const redis = await openRedis(address)
  try {
    await redis.ping()
    return true
  } catch {
    // Whatever failed, it does not serve.
    return false
  } finally {
    redis.disconnect()
  }
}

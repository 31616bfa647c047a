import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import { createPostgresChannel } from '../db/postgres-channel.ts'

/**
 * Whether one process would hear another: `lost` is what a pooler does that lends its connections
 * for one transaction each, `unreachable` is a server that nobody can listen at, or not for long enough to hear anything.
 */
export type NotificationFacts = 'heard' | 'lost' | 'unreachable'

/** On one machine it takes a millisecond. */
const PATIENCE_MS = 2_000

/**
 * Listens as an authority does and sends a message over the pool of `database`; authorities that
 * listen too leave it alone. Null where a config has no use for notifications.
 */
export async function probeNotifications(
  { database: address, directDatabase, wakeUps }: Config,
  database: Database,
): Promise<NotificationFacts | null> {
  if (wakeUps !== 'notify' || address.kind !== 'postgres') return null
  const server = directDatabase ?? address.server
  const channel = createPostgresChannel({ database, server })
  const message = `inspection ${randomBytes(8).toString('hex')}`
  const over = new AbortController()
  let close = () => {}
  try {
    let isHeard = false
    let isBroken = false
    close = await channel.open({
      heard(text) {
        if (text !== message) return
        isHeard = true
        over.abort()
      },
      broken() {
        isBroken = true
        over.abort()
      },
    })
    await channel.send(message)
    await sleep(PATIENCE_MS, undefined, { signal: over.signal }).catch(() => {})
    if (isHeard) return 'heard'
    return isBroken ? 'unreachable' : 'lost'
  } catch {
    // Why stands in what the rest of the inspection finds, or is an address that is wrong.
    return 'unreachable'
  } finally {
    close()
  }
}

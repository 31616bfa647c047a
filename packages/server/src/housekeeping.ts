// What runs by itself once in a while: forgetting sessions, revocations and audit entries that nobody
// needs any more.
import type { Logger } from 'pino'
import type { Audit } from './audit/audit.ts'
import { type Clock, epochSeconds } from './clock.ts'
import type { Revocations } from './revocation/revocations.ts'
import type { Sessions } from './sessions/sessions.ts'

const INTERVAL_MS = 10 * 60_000

export class Housekeeping {
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> = Promise.resolve()

  constructor(parts: {
    sessions: Sessions
    revocations: Revocations
    audit: Audit
    auditRetentionSeconds: number
    clock: Clock
    logger: Logger
  }) {
    const { sessions, revocations, audit, auditRetentionSeconds, clock, logger } = parts
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(async () => {
        try {
          const swept = await sessions.sweep()
          const pruned = await revocations.prune()
          const forgotten = await audit.prune(epochSeconds(clock) - auditRetentionSeconds)
          if (swept + pruned + forgotten > 0) {
            logger.info({ swept, pruned, forgotten }, 'housekeeping')
          }
        } catch (error) {
          // Nothing depends on it today: it is tried again at the next turn.
          const reason = error instanceof Error ? error.message : 'unknown'
          logger.error({ reason }, 'housekeeping failed')
        }
      })
    }, INTERVAL_MS)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }
}

// What runs by itself once in a while: forgetting sessions and revocations that nobody needs.
import type { Logger } from 'pino'
import type { Revocations } from './revocation/revocations.ts'
import type { Sessions } from './sessions/sessions.ts'

const INTERVAL_MS = 10 * 60_000

export class Housekeeping {
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> = Promise.resolve()

  constructor(parts: { sessions: Sessions; revocations: Revocations; logger: Logger }) {
    const { sessions, revocations, logger } = parts
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(async () => {
        try {
          const swept = await sessions.sweep()
          const pruned = await revocations.prune()
          if (swept + pruned > 0) logger.info({ swept, pruned }, 'housekeeping')
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

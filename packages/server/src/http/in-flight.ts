// A clean end: nobody new is let in, and requests on connections that were open are answered before
// these are closed.
import type { FastifyInstance } from 'fastify'

/** Longest that an end waits for answers under way; what is slower is cut. */
const MAX_WAIT_MS = 5_000

/**
 * Makes `app.close()` wait for the answers that are under way. Called after all routes: streams
 * that never end by themselves are closed by the hooks of their routes before.
 */
export function finishRequestsOnClose(app: FastifyInstance): void {
  let underWay = 0
  let lastOneDone = () => {}

  app.addHook('onRequest', async (_request, reply) => {
    underWay += 1
    // Unlike Fastify's own hooks this also comes when the client is gone.
    reply.raw.once('close', () => {
      underWay -= 1
      if (underWay === 0) lastOneDone()
    })
  })

  app.addHook('preClose', async () => {
    // Fastify stops listening only after this, and whoever kept coming would be waited for too.
    app.server.close()
    if (underWay === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MAX_WAIT_MS)
      lastOneDone = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  })
}

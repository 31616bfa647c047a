import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

/** A log that could not be read for this long makes the process unfit to answer. */
const MAX_LOG_AGE_MS = 5_000

export function healthRoutes(app: HttpServer, { tail, clock }: RouteParts): void {
  app.get(
    paths.live,
    { schema: { summary: 'Whether the process answers' } },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { status: 'ok' }
    },
  )

  /** Ready: the database answers. Asked of the log's tail, which reads it twice a second. */
  app.get(
    paths.ready,
    { schema: { summary: 'Whether the database can be read' } },
    async (_request, reply) => {
      const age = tail.last === null ? null : clock.monotonic() - tail.last.startedAt
      const ready = age !== null && age <= MAX_LOG_AGE_MS
      reply.code(ready ? 200 : 503).header('cache-control', 'no-store')
      return { status: ready ? 'ready' : 'unavailable', database: ready ? 'ok' : 'unreadable' }
    },
  )
}

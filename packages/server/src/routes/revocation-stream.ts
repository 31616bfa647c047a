import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import { createFeedAccess } from './feed-access.ts'
import type { RouteParts } from './route-parts.ts'

export function revocationStreamRoute(app: HttpServer, parts: RouteParts): void {
  const { feed, metrics } = parts
  const findFollower = createFeedAccess(parts)
  metrics.watch('signet_feed_subscribers', 'Open feeds', () => feed.size)

  // No HEAD: an answer without a body would never end.
  const summary = 'The revocation log as server-sent events'
  app.get(
    paths.revocationStream,
    { exposeHeadRoute: false, schema: { summary } },
    async (request, reply) => {
      const follower = await findFollower(request)
      const lastEventId = request.headers['last-event-id']
      feed.subscribe({
        ...follower,
        after: typeof lastEventId === 'string' ? lastEventId : '',
        open() {
          const out = reply.raw
          reply.hijack()
          out.writeHead(200, {
            ...(reply.getHeaders() as Record<string, string>),
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-store',
            // nginx would otherwise hold the events back.
            'x-accel-buffering': 'no',
          })
          return out
        },
      })
    },
  )

  app.addHook('preClose', async () => feed.close())
}

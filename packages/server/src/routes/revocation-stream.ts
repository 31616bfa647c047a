import { paths } from '@signet/guard/protocol'
import { clientAddressOf } from '../http/client-address.ts'
import type { HttpServer } from '../http/http-server.ts'
import { addressBlockOf } from '../limits/address-block.ts'
import type { RouteParts } from './route-parts.ts'

export function revocationStreamRoute(app: HttpServer, { feed, metrics }: RouteParts): void {
  metrics.watch('signet_feed_subscribers', 'Open feeds', () => feed.size)

  // No HEAD: an answer without a body would never end.
  const summary = 'The revocation log as server-sent events'
  app.get(
    paths.revocationStream,
    { exposeHeadRoute: false, schema: { summary } },
    (request, reply) => {
      const lastEventId = request.headers['last-event-id']
      feed.subscribe({
        holder: addressBlockOf(clientAddressOf(request) ?? 'unknown'),
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

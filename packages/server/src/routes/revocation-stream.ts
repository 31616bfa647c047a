import { paths } from '@signet/guard/protocol'
import { AuthorityError } from '../errors.ts'
import type { HttpServer } from '../http/http-server.ts'
import { type FeedStream, openFeedStream } from '../revocation/feed-stream.ts'
import type { RouteParts } from './route-parts.ts'

/** Each subscriber costs a socket and a few kilobytes. */
const MAX_SUBSCRIBERS = 1_000

export function revocationStreamRoute(app: HttpServer, parts: RouteParts): void {
  const streams = new Set<FeedStream>()
  parts.metrics.watch('signet_feed_subscribers', 'Open feeds', () => streams.size)

  // No HEAD: an answer without a body would never end.
  const summary = 'The revocation log as server-sent events'
  app.get(
    paths.revocationStream,
    { exposeHeadRoute: false, schema: { summary } },
    (request, reply) => {
      if (streams.size >= MAX_SUBSCRIBERS) {
        throw new AuthorityError('overloaded', { message: 'all feed subscriber slots are taken' })
      }
      const lastEventId = request.headers['last-event-id']
      const out = reply.raw
      reply.hijack()
      out.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx would otherwise hold the events back.
        'x-accel-buffering': 'no',
      })
      const stream = openFeedStream({
        out,
        after: typeof lastEventId === 'string' ? lastEventId : '',
        revocations: parts.revocations,
        tail: parts.tail,
        clock: parts.clock,
      })
      streams.add(stream)
      out.on('close', () => streams.delete(stream))
    },
  )

  app.addHook('preClose', async () => {
    for (const stream of streams) stream.close()
  })
}

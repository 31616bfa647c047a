import { isIP } from 'node:net'
import { paths } from '@signet/guard/protocol'
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { AuthorityError } from '../errors.ts'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

/** Headers that a proxy leaves: what comes through one comes from elsewhere. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const

export function metricsRoute(app: HttpServer, { metrics, config }: RouteParts): void {
  app.get(
    paths.metrics,
    { schema: { summary: 'Figures for Prometheus' } },
    async (request, reply) => {
      // To others it is not there.
      if (config.metricsAccess !== 'open' && !isLocal(request))
        throw new AuthorityError('not_found')
      reply.header('cache-control', 'no-store').type(metrics.contentType)
      return metrics.print()
    },
  )
}

const LOCAL_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/

/** Asked on this very machine, and by nobody in between. */
function isLocal({ raw, headers }: FastifyRequest): boolean {
  const peer = raw.socket.remoteAddress ?? ''
  if (isIP(peer) === 0 || FORWARDED.some((name) => headers[name] !== undefined)) return false
  // A proxy that leaves no trace asks for the host that others know, and so does a page that was
  // led here by its name.
  if (!LOCAL_HOST.test(headers.host ?? '')) return false
  return ipaddr.process(peer).range() === 'loopback'
}

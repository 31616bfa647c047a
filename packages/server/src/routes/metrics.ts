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

/** Asked on this very machine, and by nobody in between. */
function isLocal({ raw, headers }: FastifyRequest): boolean {
  const peer = raw.socket.remoteAddress ?? ''
  if (isIP(peer) === 0 || FORWARDED.some((name) => headers[name] !== undefined)) return false
  return ipaddr.process(peer).range() === 'loopback'
}

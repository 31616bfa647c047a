import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { after: { type: 'string', maxLength: 64 } },
} as const

export function revocationsRoute(app: HttpServer, { revocations }: RouteParts): void {
  app.get(
    paths.revocations,
    { schema: { summary: 'A page of the revocation log', querystring: QUERY } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return revocations.pageAfter(request.query.after ?? '')
    },
  )
}

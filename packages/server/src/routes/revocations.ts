import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import { createFeedAccess } from './feed-access.ts'
import type { RouteParts } from './route-parts.ts'

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { after: { type: 'string', maxLength: 64 } },
} as const

export function revocationsRoute(app: HttpServer, parts: RouteParts): void {
  const { revocations } = parts
  const findFollower = createFeedAccess(parts)
  app.get(
    paths.revocations,
    { schema: { summary: 'A page of the revocation log', querystring: QUERY } },
    async (request, reply) => {
      await findFollower(request)
      reply.header('cache-control', 'no-store')
      return revocations.pageAfter(request.query.after ?? '')
    },
  )
}

import { paths } from '@signet/guard/protocol'
import { Type } from 'typebox'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

const Query = Type.Object(
  { after: Type.Optional(Type.String({ maxLength: 64 })) },
  { additionalProperties: false },
)

export function revocationsRoute(app: HttpServer, { revocations }: RouteParts): void {
  app.get(paths.revocations, { schema: { querystring: Query } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return revocations.pageAfter(request.query.after ?? '')
  })
}

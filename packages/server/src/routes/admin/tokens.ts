import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../../http/http-server.ts'
import { type AdminParts, ID_PARAMS } from './admin-parts.ts'

/** Single access tokens, for operators: out they go. */
export function adminTokensRoutes(app: HttpServer, { clientTokens, checkAdmin }: AdminParts): void {
  app.delete(
    `${paths.adminTokens}/:id`,
    { schema: { summary: 'End one access token by its jti', params: ID_PARAMS } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      await clientTokens.revoke({ id: request.params.id }, by)
      return reply.code(204).send()
    },
  )
}

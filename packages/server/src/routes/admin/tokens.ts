import { paths } from '@signet/guard/protocol'
import { AuthorityError } from '../../errors.ts'
import type { HttpServer } from '../../http/http-server.ts'
import { createTokenEnd } from '../token-end.ts'
import { type AdminParts, ID_PARAMS } from './admin-parts.ts'

const SHOWN = {
  type: 'object',
  additionalProperties: false,
  required: ['token'],
  properties: { token: { type: 'string', maxLength: 8_192 } },
} as const

/** Single tokens, for operators: out they go. */
export function adminTokensRoutes(app: HttpServer, parts: AdminParts): void {
  const { clientTokens, checkAdmin } = parts
  const { find, end } = createTokenEnd(parts)

  app.delete(
    `${paths.adminTokens}/:id`,
    { schema: { summary: 'End one access token by its jti', params: ID_PARAMS } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      await clientTokens.revoke({ id: request.params.id }, by)
      return reply.code(204).send()
    },
  )

  app.post(
    `${paths.adminTokens}/end`,
    { schema: { summary: 'End a token that is shown and what it belongs to', body: SHOWN } },
    async (request) => {
      const by = await checkAdmin(request)
      const found = await find(request.body.token)
      if (found === null) {
        throw new AuthorityError('not_found', { detail: 'This is no token of this authority.' })
      }
      await end(found, { reason: 'operator', by })
      const { sessionId, access } = found
      return sessionId === null
        ? { kind: 'token', id: access?.id }
        : { kind: 'session', id: sessionId }
    },
  )
}

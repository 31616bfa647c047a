import { paths } from '@signet/guard/protocol'
import { AuthorityError } from '../../errors.ts'
import type { HttpServer } from '../../http/http-server.ts'
import { createClientCheck } from '../client-check.ts'
import { originOf } from '../device.ts'
import { createOwnTokenReader } from '../own-token.ts'
import type { RouteParts } from '../route-parts.ts'
import { createTokenEnd } from '../token-end.ts'
import { FORM, NO_QUERY, TOKEN_FORM } from './oauth-form.ts'

/**
 * Ends what a token belongs to: its session, or the token alone where a client got it for itself. A
 * client may end what was issued to it, and with the right `revoke` everything. What is no token of
 * ours is as good as ended: 200. @see RFC 7009
 */
export function revokeRoute(app: HttpServer, parts: RouteParts): void {
  const checkClient = createClientCheck(parts)
  const { find, end } = createTokenEnd({ ...parts, readToken: createOwnTokenReader(parts) })
  const summary = 'End a token and what it belongs to (RFC 7009)'
  app.post(
    paths.revocation,
    { schema: { summary, body: TOKEN_FORM, querystring: NO_QUERY, consumes: FORM } },
    async (request, reply) => {
      const { client } = await checkClient(request, null)
      const found = await find(request.body.token)
      if (found === null) return reply.code(200).send()
      if (found.clientId !== client.id && !client.rights.includes('revoke')) {
        const detail = 'The token was issued to another client.'
        throw new AuthorityError('client_not_allowed', { detail })
      }
      await end(found, { reason: 'revoked', by: originOf(request, client.id) })
      return reply.code(200).send()
    },
  )
}

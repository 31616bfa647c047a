import { paths } from '@signet/guard/protocol'
import { AuthorityError } from '../../errors.ts'
import type { HttpServer } from '../../http/http-server.ts'
import { createClientCheck } from '../client-check.ts'
import type { RouteParts } from '../route-parts.ts'
import { FORM, GRANT_FORM, NO_QUERY } from './oauth-form.ts'

/** A token for the client itself, and no other grant. @see RFC 6749, section 4.4; RFC 8707 */
export function tokenRoute(app: HttpServer, parts: RouteParts): void {
  const { clientTokens, issuer } = parts
  const checkClient = createClientCheck(parts)
  const summary = 'A token for a client (RFC 6749, client_credentials)'
  app.post(
    paths.token,
    { schema: { summary, body: GRANT_FORM, querystring: NO_QUERY, consumes: FORM } },
    async (request) => {
      const { grant_type: grantType, scope, audience, resource = [] } = request.body
      const authenticated = await checkClient(request, null)
      if (grantType !== 'client_credentials') throw new AuthorityError('grant_unsupported')
      const audiences = audience === undefined ? resource : [audience, ...resource]
      const grant = clientTokens.grant(authenticated, { scope, audiences })
      const { issuedAt, expiresAt } = grant.token
      return {
        access_token: await issuer.issueForClient(grant),
        token_type: 'Bearer',
        expires_in: expiresAt - issuedAt,
        ...(grant.scopes.length === 0 ? {} : { scope: grant.scopes.join(' ') }),
      }
    },
  )
}

import { answerOauthErrors } from '../../http/error-response.ts'
import { readFormBodies } from '../../http/form-body.ts'
import type { HttpServer } from '../../http/http-server.ts'
import type { RouteParts } from '../route-parts.ts'
import { introspectRoute } from './introspect.ts'
import { revokeRoute } from './revoke.ts'
import { tokenRoute } from './token.ts'

/** The calls of OAuth: forms in, errors in its own words, nothing kept by anybody on the way. */
export function oauthRoutes(app: HttpServer, parts: RouteParts): void {
  app.register(async (scope) => {
    readFormBodies(scope, { repeatable: ['resource'] })
    answerOauthErrors(scope, parts.config.issuer)
    scope.addHook('onSend', async (_request, reply) => {
      // RFC 6749, section 5.1.
      reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
    })
    const oauth = scope as unknown as HttpServer
    tokenRoute(oauth, parts)
    introspectRoute(oauth, parts)
    revokeRoute(oauth, parts)
  })
}

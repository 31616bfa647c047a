import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

const CLIENT_AUTHENTICATION = ['client_secret_basic', 'client_secret_post']

/** Both discovery documents. They list what exists and nothing else. @see RFC 8414, section 2 */
export function metadataRoutes(app: HttpServer, { config }: RouteParts): void {
  const { issuer, feedAccess } = config
  const document = {
    issuer,
    jwks_uri: issuer + paths.keySet,
    token_endpoint: issuer + paths.token,
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    introspection_endpoint: issuer + paths.introspection,
    introspection_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    revocation_endpoint: issuer + paths.revocation,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    revocation_feed_endpoint: issuer + paths.revocations,
    revocation_stream_endpoint: issuer + paths.revocationStream,
    revocation_feed_access: feedAccess,
  }
  for (const path of [paths.oauthMetadata, paths.openidConfiguration]) {
    app.get(
      path,
      { schema: { summary: 'What exists here (RFC 8414)' } },
      async (_request, reply) => {
        reply.header('cache-control', 'public, max-age=300')
        return document
      },
    )
  }
}

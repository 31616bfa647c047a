import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

/** Both discovery documents. They list what exists and nothing else. @see RFC 8414, section 2 */
export function metadataRoutes(app: HttpServer, { config }: RouteParts): void {
  const { issuer, feedAccess } = config
  const document = {
    issuer,
    jwks_uri: issuer + paths.keySet,
    response_types_supported: [],
    grant_types_supported: [],
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

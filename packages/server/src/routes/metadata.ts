import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

/** Both discovery documents. They list what exists and nothing else. @see RFC 8414, section 2 */
export function metadataRoutes(app: HttpServer, { config, keyring }: RouteParts): void {
  const { issuer } = config
  const common = {
    issuer,
    jwks_uri: issuer + paths.keySet,
    response_types_supported: [],
    grant_types_supported: [],
    revocation_feed_endpoint: issuer + paths.revocations,
    revocation_stream_endpoint: issuer + paths.revocationStream,
  }
  const documents = {
    [paths.oauthMetadata]: common,
    [paths.openidConfiguration]: {
      ...common,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [keyring.active.algorithm],
    },
  }
  for (const [path, document] of Object.entries(documents)) {
    app.get(path, async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300')
      return document
    })
  }
}

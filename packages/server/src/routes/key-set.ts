import { createHash } from 'node:crypto'
import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

/** How long a verifier may use the set without asking again; the next key is always in it already. */
const MAX_AGE_SECONDS = 300

export function keySetRoute(app: HttpServer, { keyring }: RouteParts): void {
  app.get(
    paths.keySet,
    { schema: { summary: 'The public keys (RFC 7517)' } },
    async (request, reply) => {
      const { json } = keyring.published
      const etag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`
      reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).header('etag', etag)
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type('application/jwk-set+json').send(json)
    },
  )
}

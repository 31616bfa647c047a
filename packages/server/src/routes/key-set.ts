import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

export function keySetRoute(app: HttpServer, { keyring }: RouteParts): void {
  app.get(
    paths.keySet,
    { schema: { summary: 'The public keys (RFC 7517)' } },
    async (request, reply) => {
      // Whoever was told of a change by another process must find it here.
      await keyring.confirm()
      const { json, etag } = keyring.published
      reply
        .header('cache-control', `public, max-age=${keyring.cacheSeconds()}`)
        .header('etag', etag)
      if (isNamed(etag, request.headers['if-none-match'])) return reply.code(304).send()
      return reply.type('application/jwk-set+json').send(json)
    },
  )
}

/** Compared weakly: a proxy that compresses makes a weak tag of ours. @see RFC 9110, section 13.1.2 */
function isNamed(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

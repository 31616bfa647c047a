// How a JSON body is read. Fastify's own reading takes the last of two members of one name and puts
// replacement characters for what is no UTF-8: two readers of one body could see two things.
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { AuthorityError } from '../errors.ts'
import { isSingleReading } from '../json-members.ts'

/** Refuses, beyond what is no JSON: bytes that are no UTF-8, a member twice, `__proto__`. */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, bytes, done) => {
      // Nothing was sent, whatever was announced: a route that needs a body says so itself.
      if (bytes.length === 0) return done(null, undefined)
      if (!isPlain(request.headers)) return done(new AuthorityError('media_type_unsupported'))
      if (!isUtf8(bytes)) return done(refusal('The body is not UTF-8.'))
      const text = bytes.toString()
      return parse(request, text, (error, body) => {
        if (error || isSingleReading(text, body)) return done(error, body)
        return done(refusal('The body has a member twice.'))
      })
    },
  )
}

/** Neither compressed nor in another character set: neither would be undone here. */
export function isPlain(headers: IncomingHttpHeaders): boolean {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1]
  return (
    headers['content-encoding'] === undefined &&
    (charset === undefined || charset.toLowerCase() === 'utf-8')
  )
}

function refusal(detail: string): AuthorityError {
  return new AuthorityError('request_invalid', { message: 'body refused', detail })
}

// How a JSON body is read. Fastify's own reading takes the last of two members of one name and puts
// replacement characters for what is no UTF-8: two readers of one body could see two things.
import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { AuthorityError } from '../errors.ts'

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
        if (error || countNames(text) === countMembers(body)) return done(error, body)
        return done(refusal('The body has a member twice.'))
      })
    },
  )
}

/** Neither compressed nor in another character set: neither would be undone here. */
function isPlain(headers: IncomingHttpHeaders): boolean {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1]
  return (
    headers['content-encoding'] === undefined &&
    (charset === undefined || charset.toLowerCase() === 'utf-8')
  )
}

function refusal(detail: string): AuthorityError {
  return new AuthorityError('request_invalid', { message: 'body refused', detail })
}

/** Names of members as they are written: in JSON, exactly the strings that a colon follows. */
function countNames(json: string): number {
  let count = 0
  for (const [, colon] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)/g)) {
    if (colon === ':') count += 1
  }
  return count
}

/** Members as they were read, at every depth; fewer than names when one replaced another. */
function countMembers(body: unknown): number {
  let count = 0
  const pending = [body]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== 'object' || value === null) continue
    const inner = Object.values(value)
    if (!Array.isArray(value)) count += inner.length
    for (const one of inner) pending.push(one)
  }
  return count
}

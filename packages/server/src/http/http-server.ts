// The HTTP server with everything that holds for all routes: what a body may be, which headers
// every answer has, one log line per request. No route of its own.
import type { SecureContextOptions } from 'node:tls'
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts'
import { type FastifyBaseLogger, fastify, LogController } from 'fastify'
import type { Metrics } from '../metrics.ts'
import { CONNECTION_OPTIONS, limitConnections } from './connection-limits.ts'
import { answerErrors, answerMalformed, answerUnroutable } from './error-response.ts'
import { readJsonBodies } from './json-body.ts'
import { createLazyValidators } from './lazy-validators.ts'

export type HttpServer = ReturnType<typeof createHttpServer>

const MAX_BODY_BYTES = 65_536

/** A year: browsers that have been here come by https alone. @see RFC 6797 */
const STRICT_TRANSPORT = 'max-age=31536000'

export function createHttpServer(parts: {
  logger: FastifyBaseLogger
  realm: string
  /** Networks whose word on where a request comes from (X-Forwarded-For) is believed. */
  trustedProxies: readonly string[]
  metrics: Metrics
  /** Null: plain HTTP. */
  tls?: SecureContextOptions | null
}) {
  const { tls = null } = parts
  const app = fastify({
    loggerInstance: parts.logger,
    // Fastify's own lines carry the whole address, and addresses may carry secrets by mistake.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    ...CONNECTION_OPTIONS,
    // Without a type: everything but the listening socket is the same for both.
    ...(tls === null ? {} : ({ https: { ...CONNECTION_OPTIONS.http, ...tls } } as object)),
    // Ids from the network are not believed.
    requestIdHeader: false,
    trustProxy: parts.trustedProxies.length === 0 ? false : [...parts.trustedProxies],
    forceCloseConnections: true,
    // What arrives on a connection that was open before the end is answered like the rest.
    return503OnClosing: false,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerMalformed,
    schemaController: { compilersFactory: { buildValidator: createLazyValidators() } },
    // Fastify's defaults drop unknown members, coerce types and fill in defaults; here a body is
    // what the schema says or it is refused.
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: false,
        // The schemas are this program's own and typed; checking them costs every start 60 ms.
        validateSchema: false,
      },
    },
  }).withTypeProvider<JsonSchemaToTsProvider>()

  limitConnections(app)
  readJsonBodies(app)
  answerErrors(app, parts.realm)

  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    reply.header('x-frame-options', 'DENY')
    if (parts.realm.startsWith('https:')) {
      reply.header('strict-transport-security', STRICT_TRANSPORT)
    }
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  })

  app.addHook('onResponse', async (request, reply) => {
    const { method } = request
    // The pattern of the route, never the address itself.
    const route = request.routeOptions.url ?? 'unknown'
    const status = reply.statusCode
    request.log.info({ method, route, status, ms: Math.round(reply.elapsedTime) }, 'answered')
    parts.metrics.countRequest({ method, route, status, seconds: reply.elapsedTime / 1000 })
  })
  return app
}

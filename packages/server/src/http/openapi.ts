// What the authority says of its own calls: made from the routes as they are registered.
import swagger from '@fastify/swagger'
import { paths } from '@signet/guard/protocol'
import type { HttpServer } from './http-server.ts'

const PROBLEM = {
  type: 'object',
  required: ['code', 'title', 'status'],
  properties: {
    code: { type: 'string', description: 'stable, for programs' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    pointer: { type: 'string', description: 'where in the body the fault is (RFC 6901)' },
  },
} as const

/** Every call answers in one of these ways; the shapes of answers are in docs/reference/http.md. */
const RESPONSES = {
  '2XX': { description: 'Done' },
  default: {
    description: 'Refused, or failed',
    content: { 'application/problem+json': { schema: PROBLEM } },
  },
} as const

/** @see RFC 6749, section 5.2 */
const OAUTH_ERROR = {
  type: 'object',
  required: ['error', 'error_description'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
} as const

const OAUTH_RESPONSES = {
  ...RESPONSES,
  default: {
    description: RESPONSES.default.description,
    content: { 'application/json': { schema: OAUTH_ERROR } },
  },
} as const

/** Describes every route that is registered behind this, at `/openapi.json`. */
export async function describeApi(app: HttpServer, issuer: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Signet', version: '0.1.0', description: 'The authority' },
      servers: [{ url: issuer }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          client: { type: 'http', scheme: 'basic' },
        },
      },
    },
  })
  app.get(paths.openapi, { schema: { summary: 'This description' } }, async () => {
    const { paths: described, ...rest } = app.swagger() as unknown as {
      paths: Record<string, Operations>
    }
    return { ...rest, paths: mapValues(described, describeOperations) }
  })
}

type Operations = Record<string, Record<string, unknown>>

function describeOperations(operations: Operations, path: string): Operations {
  const isPrivate = path.startsWith('/admin/') || path.startsWith('/api/')
  const isOauth = path.startsWith('/oauth/')
  const responses = isOauth ? OAUTH_RESPONSES : RESPONSES
  const scheme = isPrivate ? 'bearer' : isOauth ? 'client' : null
  const security = scheme === null ? {} : { security: [{ [scheme]: [] }] }
  return mapValues(operations, (operation) => ({ ...operation, ...security, responses }))
}

function mapValues<T, R>(
  record: Record<string, T>,
  change: (value: T, name: string) => R,
): Record<string, R> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, change(value, name)]),
  )
}

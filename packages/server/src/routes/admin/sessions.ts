import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../../http/http-server.ts'
import { describeUserAgent } from '../../sessions/device-words.ts'
import { type AdminParts, ID_PARAMS, limitOf, PAGE_QUERY, SHORT_TEXT } from './admin-parts.ts'

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...PAGE_QUERY,
    account: { type: 'string', pattern: '^acc_[\\w-]{1,40}$' },
    address: SHORT_TEXT,
  },
} as const

const ENDED = {
  type: 'object',
  additionalProperties: false,
  required: ['ids'],
  properties: {
    ids: { type: 'array', minItems: 1, maxItems: 1_000, items: SHORT_TEXT },
  },
} as const

/** Living sessions, for operators: who is logged in, and out they go. */
export function adminSessionsRoutes(app: HttpServer, parts: AdminParts): void {
  const { sessions, ends, checkAdmin } = parts

  app.get(
    paths.adminSessions,
    { schema: { summary: 'List living sessions', querystring: QUERY } },
    async (request) => {
      await checkAdmin(request)
      const { after = '', account: accountId, address } = request.query
      const limit = limitOf(request.query)
      const found = await sessions.page({ after, limit, accountId, address })
      return {
        sessions: found.map(({ device, ...session }) => ({
          ...session,
          device: describeUserAgent(device.userAgent),
          address: device.address,
        })),
        next: found.length < limit ? null : (found.at(-1)?.id ?? null),
      }
    },
  )

  app.delete(
    `${paths.adminSessions}/:id`,
    { schema: { summary: 'End a session', params: ID_PARAMS } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      await ends.close({ sessions: [{ id: request.params.id }], reason: 'operator', by })
      return reply.code(204).send()
    },
  )

  app.post(
    `${paths.adminSessions}/end`,
    { schema: { summary: 'End sessions', body: ENDED } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      const named = request.body.ids.map((id) => ({ id }))
      await ends.close({ sessions: named, reason: 'operator', by })
      return reply.code(204).send()
    },
  )
}

import { paths } from '@signet/guard/protocol'
import { AuthorityError } from '../errors.ts'
import type { HttpServer } from '../http/http-server.ts'
import { describeUserAgent } from '../sessions/device-words.ts'
import { originOf } from './device.ts'
import { createOwnerCheck } from './owner.ts'
import type { RouteParts } from './route-parts.ts'

const ID = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', maxLength: 64, pattern: '^[^\\u0000]*$' } },
} as const

const KEEP = {
  type: 'object',
  additionalProperties: false,
  properties: { keep: { type: 'string', enum: ['current'] } },
} as const

/** The sessions of the account that calls: what they are, and how its owner ends them. */
export function sessionsRoute(app: HttpServer, parts: RouteParts): void {
  const { sessions, ends, accountChanges } = parts
  const checkOwner = createOwnerCheck(parts)

  app.get(paths.sessions, { schema: { summary: 'The own sessions' } }, async (request, reply) => {
    const { account, sessionId } = await checkOwner(request, 'changing')
    const listed = await sessions.list(account.id)
    reply.header('cache-control', 'no-store')
    return {
      sessions: listed.map(({ id, device, createdAt, lastUsedAt, expiresAt }) => ({
        id,
        current: id === sessionId,
        device: describeUserAgent(device.userAgent),
        address: device.address,
        createdAt,
        lastUsedAt,
        expiresAt,
      })),
    }
  })

  app.delete(
    `${paths.sessions}/:id`,
    { schema: { summary: 'End one of the own sessions', params: ID } },
    async (request, reply) => {
      const { account } = await checkOwner(request, 'changing')
      const { id } = request.params
      // Somebody else's session is not told from one that never was.
      if (!(await sessions.belongsTo(id, account.id))) throw new AuthorityError('not_found')
      await ends.close({
        sessions: [{ id }],
        reason: 'owner',
        by: originOf(request, account.id),
      })
      return reply.code(204).header('cache-control', 'no-store').send()
    },
  )

  app.delete(
    paths.sessions,
    { schema: { summary: 'End all own sessions, or all but this one', querystring: KEEP } },
    async (request, reply) => {
      const { account, sessionId } = await checkOwner(request, 'changing')
      await accountChanges.closeAll({
        accountId: account.id,
        except: request.query.keep === 'current' ? sessionId : undefined,
        reason: 'owner',
        by: originOf(request, account.id),
      })
      return reply.code(204).header('cache-control', 'no-store').send()
    },
  )
}

import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../../http/http-server.ts'
import { type AdminParts, SHORT_TEXT } from './admin-parts.ts'

const NAME_PARAMS = {
  type: 'object',
  required: ['name'],
  properties: { name: SHORT_TEXT },
} as const

const ROLE = {
  type: 'object',
  additionalProperties: false,
  required: ['scopes'],
  properties: {
    scopes: { type: 'array', maxItems: 64, items: { type: 'string', maxLength: 64 } },
  },
} as const

/** Roles and the scopes they carry, for operators. */
export function adminRolesRoutes(app: HttpServer, parts: AdminParts): void {
  const { roles, accountChanges, checkAdmin } = parts

  app.get(paths.adminRoles, { schema: { summary: 'List roles' } }, async (request) => {
    await checkAdmin(request)
    return { roles: await roles.list() }
  })

  const summary = 'Make a role, or give it other scopes'
  const setting = { schema: { summary, params: NAME_PARAMS, body: ROLE } }
  app.put(`${paths.adminRoles}/:name`, setting, async (request) => {
    const by = await checkAdmin(request)
    const { name } = request.params
    const accounts = await accountChanges.setRole({ name, scopes: request.body.scopes }, by)
    return { name, scopes: request.body.scopes, accounts }
  })

  const removing = { schema: { summary: 'Take a role away', params: NAME_PARAMS } }
  app.delete(`${paths.adminRoles}/:name`, removing, async (request, reply) => {
    const by = await checkAdmin(request)
    await accountChanges.removeRole(request.params.name, by)
    return reply.code(204).send()
  })
}

import { GuardError } from '@signet/guard'
import type { FastifyRequest } from 'fastify'
import { ADMIN_ROLE } from '../../accounts/role-name.ts'
import type { Origin } from '../../audit/audit-entry.ts'
import type { HttpServer } from '../../http/http-server.ts'
import { originOf } from '../device.ts'
import { createOwnerCheck } from '../owner.ts'
import type { RouteParts } from '../route-parts.ts'
import { adminAccountsRoutes } from './accounts.ts'
import type { AdminParts } from './admin-parts.ts'
import { adminAuditRoutes } from './audit.ts'
import { adminClientsRoutes } from './clients.ts'
import { adminKeysRoutes } from './keys.ts'
import { adminRolesRoutes } from './roles.ts'
import { adminSessionsRoutes } from './sessions.ts'
import { adminTokensRoutes } from './tokens.ts'

/** The whole administration, behind whatever check `parts` brings. */
export function adminRoutes(app: HttpServer, parts: AdminParts): void {
  app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    const admin = scope as unknown as HttpServer
    adminAccountsRoutes(admin, parts)
    adminRolesRoutes(admin, parts)
    adminSessionsRoutes(admin, parts)
    adminAuditRoutes(admin, parts)
    adminClientsRoutes(admin, parts)
    adminTokensRoutes(admin, parts)
    adminKeysRoutes(admin, parts)
  })
}

/**
 * An account with the role `admin`, by the word of the database and not of the token, with a token
 * for the authority itself.
 */
export function createAdminCheck(parts: RouteParts): AdminParts['checkAdmin'] {
  const checkOwner = createOwnerCheck(parts)
  return async (request: FastifyRequest): Promise<Origin> => {
    const { account } = await checkOwner(request, 'changing')
    if (!account.roles.includes(ADMIN_ROLE)) {
      const call = `${request.method} ${request.routeOptions.url}`
      await parts.accounts.recordAdminRefused({ call, by: originOf(request, account.id) })
      throw new GuardError('role_insufficient', { reason: 'not_an_administrator' })
    }
    return originOf(request, account.id)
  }
}

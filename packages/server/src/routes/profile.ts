import { paths } from '@signet/guard/protocol'
import type { Account } from '../accounts/account.ts'
import type { HttpServer } from '../http/http-server.ts'
import { createOwnerCheck } from './owner.ts'
import type { RouteParts } from './route-parts.ts'

export function profileRoute(app: HttpServer, parts: RouteParts): void {
  const checkOwner = createOwnerCheck(parts)
  app.get(paths.profile, { schema: { summary: 'The own account' } }, async (request, reply) => {
    const { account } = await checkOwner(request, 'reading')
    reply.header('cache-control', 'no-store')
    return profileAnswer(account)
  })
}

function profileAnswer(account: Account) {
  return {
    id: account.id,
    email: account.email,
    emailVerified: account.emailVerified,
    name: account.name,
    roles: account.roles,
    createdAt: account.createdAt,
  }
}

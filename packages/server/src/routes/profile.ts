import { GuardError } from '@signet/guard'
import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

export function profileRoute(app: HttpServer, parts: RouteParts): void {
  const { guard, sessions, accounts } = parts
  app.get(paths.profile, async (request, reply) => {
    const { subject, sessionId } = await guard.authenticate(request.raw)
    // The feed needs milliseconds; here the database is at hand and its word is final.
    if (sessionId === null || !(await sessions.isOpen(sessionId))) {
      throw new GuardError('token_revoked', { reason: 'session_ended' })
    }
    const account = await accounts.get(subject)
    if (account.disabledAt !== null) {
      throw new GuardError('token_revoked', { reason: 'account_disabled' })
    }
    reply.header('cache-control', 'no-store')
    return {
      id: account.id,
      email: account.email,
      emailVerified: account.emailVerified,
      name: account.name,
      roles: account.roles,
      createdAt: account.createdAt,
    }
  })
}

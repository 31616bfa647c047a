import { isRefusal } from '@signet/guard'
import { BEARER_CODES, paths } from '@signet/guard/protocol'
import type { HttpServer } from '../../http/http-server.ts'
import { createClientCheck } from '../client-check.ts'
import type { RouteParts } from '../route-parts.ts'
import { FORM, NO_QUERY, TOKEN_FORM } from './oauth-form.ts'

/** So that nobody can tell a token that has died from one that never was. */
const INACTIVE = { active: false } as const

/**
 * What a token is, by the database's word: for access and refresh tokens of ours. Whatever is not
 * good now, for whatever reason, is not active. @see RFC 7662
 */
export function introspectRoute(app: HttpServer, parts: RouteParts): void {
  const { guard, sessions, clientTokens, revocations, config, metrics } = parts
  const checkClient = createClientCheck(parts)

  /** The claims of an access token that every service should accept; null for anything else. */
  async function findAccess(token: string) {
    const identity = await guard.verify(token).catch((error: unknown) => {
      // An outage of ours is no verdict on the token.
      if (isRefusal(error) && BEARER_CODES[error.code].status === 401) return null
      throw error
    })
    if (identity === null) return null
    const { claims, sessionId, subject } = identity
    // The guard knows the log as of milliseconds ago; the database is asked for what came since.
    const [hasDied, isGood] = await Promise.all([
      claims.jti !== undefined && revocations.hasToken(claims.jti),
      sessionId === null
        ? clientTokens.areGood(subject, claims.iat ?? 0)
        : sessions.isOpen(sessionId, claims.ver ?? 0),
    ])
    return isGood && !hasDied ? { active: true, token_type: 'Bearer', ...claims } : null
  }

  async function findRefresh(token: string) {
    const found = await sessions.findByRefreshToken(token)
    if (found === null || !found.isUsable) return null
    const { id, accountId, clientId, rotatedAt, idleExpiresAt, expiresAt } = found.session
    return {
      active: true,
      iss: config.issuer,
      sub: accountId,
      client_id: clientId,
      sid: id,
      iat: rotatedAt,
      exp: Math.min(idleExpiresAt, expiresAt),
    }
  }

  const summary = 'What a token is, and whether it is good (RFC 7662)'
  app.post(
    paths.introspection,
    { schema: { summary, body: TOKEN_FORM, querystring: NO_QUERY, consumes: FORM } },
    async (request) => {
      await checkClient(request, 'introspect')
      const { token } = request.body
      const found = (await findRefresh(token)) ?? (await findAccess(token)) ?? INACTIVE
      metrics.countIntrospection(found.active)
      return found
    },
  )
}

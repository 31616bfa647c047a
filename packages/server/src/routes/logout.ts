import { findBearerToken, GuardError } from '@signet/guard'
import { paths } from '@signet/guard/protocol'
import { TokenError } from '@signet/token'
import { AuthorityError } from '../errors.ts'
import type { HttpServer } from '../http/http-server.ts'
import type { SessionToEnd } from '../sessions/ends.ts'
import { originOf } from './device.ts'
import { createOwnTokenReader } from './own-token.ts'
import type { RouteParts } from './route-parts.ts'

const BODY = {
  type: 'object',
  additionalProperties: false,
  properties: { refreshToken: { type: 'string', maxLength: 256 } },
} as const

export function logoutRoute(app: HttpServer, parts: RouteParts): void {
  const { sessions, ends } = parts
  const readToken = createOwnTokenReader(parts)

  /** The session of an access token of ours, or why it is none. */
  async function findSession(token: string): Promise<SessionToEnd | GuardError> {
    try {
      const { sid, exp = 0 } = await readToken(token)
      return typeof sid === 'string'
        ? { id: sid, tokenExpiresAt: exp }
        : new GuardError('token_invalid', { reason: 'no_session' })
    } catch (cause) {
      if (!(cause instanceof TokenError)) throw cause
      return new GuardError('token_invalid', { reason: cause.code, cause })
    }
  }

  app.post(
    paths.logout,
    {
      schema: { summary: 'End the sessions of the tokens given', body: BODY },
      // A logout with the bearer alone needs no body.
      preValidation: async (request) => {
        if (request.body === undefined) request.body = {}
      },
    },
    async (request, reply) => {
      const bearer = findBearerToken(request.raw)
      const { refreshToken } = request.body
      if (bearer === null && refreshToken === undefined) {
        throw new AuthorityError('credentials_missing')
      }
      const named: SessionToEnd[] = []
      let refused: GuardError | AuthorityError | null = null
      if (refreshToken !== undefined) {
        const found = await sessions.findByRefreshToken(refreshToken)
        if (found === null) refused = new AuthorityError('refresh_invalid')
        else named.push({ id: found.session.id })
      }
      if (bearer !== null) {
        const found = await findSession(bearer)
        if (found instanceof GuardError) refused = found
        else named.push(found)
      }
      // What is no token of ours keeps nothing alive: it is a refusal only where nothing else is named.
      if (named.length === 0 && refused !== null) throw refused
      await ends.close({ sessions: named, reason: 'logout', by: originOf(request) })
      return reply.code(204).header('cache-control', 'no-store').send()
    },
  )
}

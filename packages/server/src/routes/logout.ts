import { findBearerToken, GuardError } from '@signet/guard'
import { ACCESS_TOKEN_TYPE, paths } from '@signet/guard/protocol'
import { type Claims, createVerifier, decode, TokenError } from '@signet/token'
import { AuthorityError } from '../errors.ts'
import type { HttpServer } from '../http/http-server.ts'
import type { RouteParts } from './route-parts.ts'

const BODY = {
  type: 'object',
  additionalProperties: false,
  properties: { refreshToken: { type: 'string', maxLength: 256 } },
} as const

export function logoutRoute(app: HttpServer, parts: RouteParts): void {
  const { sessions, config, keyring, clock } = parts
  const verify = createVerifier(keyring.published.keySet, {
    issuer: config.issuer,
    // To end a session a token of ours for anybody will do, also from before a change of settings.
    audience: null,
    type: ACCESS_TOKEN_TYPE,
    now: () => clock.now() / 1000,
  })

  /** @throws GuardError `token_invalid` for anything that is not an access token of ours */
  function sessionOf(token: string): string {
    const sid = claimsOf(token)['sid']
    if (typeof sid === 'string') return sid
    throw new GuardError('token_invalid', { reason: 'no_session' })
  }

  function claimsOf(token: string): Claims {
    try {
      return verify(token).claims
    } catch (cause) {
      if (!(cause instanceof TokenError)) throw cause
      // Expiry is judged last of all: a token refused for it has passed every other check, and is
      // good enough to end a session with.
      if (cause.code === 'token_expired') return decode(token).claims
      throw new GuardError('token_invalid', { reason: cause.code, cause })
    }
  }

  app.post(
    paths.logout,
    {
      schema: { body: BODY },
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
      const ids = new Set<string>()
      if (bearer !== null) ids.add(sessionOf(bearer))
      if (refreshToken !== undefined) {
        const id = await sessions.findByRefreshToken(refreshToken)
        if (id === null) throw new AuthorityError('refresh_invalid')
        ids.add(id)
      }
      await sessions.close([...ids], 'logout')
      return reply.code(204).header('cache-control', 'no-store').send()
    },
  )
}

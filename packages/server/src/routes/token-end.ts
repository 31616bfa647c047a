import { TokenError } from '@signet/token'
import type { Origin } from '../audit/audit-entry.ts'
import type { EndReason } from '../sessions/session.ts'
import type { OwnTokenReader } from './own-token.ts'
import type { RouteParts } from './route-parts.ts'

/** What a token of ours belongs to, alive or not. */
interface FoundToken {
  readonly clientId: string
  /** Null for a token that a client got for itself. */
  readonly sessionId: string | null
  /** Of an access token; null for a refresh token. */
  readonly access: { readonly id: string; readonly expiresAt: number } | null
}

type TokenEndParts = Pick<RouteParts, 'sessions' | 'ends' | 'clientTokens'> & {
  readonly readToken: OwnTokenReader
}

/** How a token that is shown is ended together with what it belongs to. */
export function createTokenEnd({ sessions, ends, clientTokens, readToken }: TokenEndParts) {
  /** Null for what is no token of ours. @throws AuthorityError `secret_unknown` */
  async function find(token: string): Promise<FoundToken | null> {
    const refresh = await sessions.findByRefreshToken(token)
    if (refresh !== null) {
      const { id: sessionId, clientId } = refresh.session
      return { clientId, sessionId, access: null }
    }
    try {
      const { client_id: clientId, sid, jti = '', exp = 0 } = await readToken(token)
      const sessionId = typeof sid === 'string' ? sid : null
      return { clientId: String(clientId), sessionId, access: { id: jti, expiresAt: exp } }
    } catch (error) {
      if (error instanceof TokenError) return null
      throw error
    }
  }

  /** Its session, or the token alone where it has none. On disk when this returns. */
  async function end(
    { sessionId, access }: FoundToken,
    { reason, by }: { reason: EndReason; by: Origin },
  ): Promise<void> {
    if (sessionId !== null) {
      const session = { id: sessionId, ...(access && { tokenExpiresAt: access.expiresAt }) }
      await ends.close({ sessions: [session], reason, by })
    } else if (access !== null) {
      await clientTokens.revoke(access, by)
    }
  }

  return { find, end }
}

import type { IdentityEnd } from './identity-watches.ts'
import type { AccessTokenClaims } from './protocol/index.ts'

/** Claims of a verified token; members beyond the protocol's are whatever the issuer put there. */
export type VerifiedClaims = Readonly<
  Pick<AccessTokenClaims, 'iss' | 'sub' | 'exp'> & Partial<AccessTokenClaims>
> & { readonly [name: string]: unknown }

/** Who is calling. Frozen. */
export interface Identity {
  /** Account id, or client id where a client calls for itself. */
  readonly subject: string
  /** Null for a token that a client got for itself. */
  readonly sessionId: string | null
  readonly clientId: string | null
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: VerifiedClaims
  readonly issuer: string
  /** Epoch seconds. */
  readonly expiresAt: number
  /**
   * The caller's token, to forward to the next service. Not enumerable: printing, spreading or
   * serialising an identity does not show it.
   */
  readonly token: string
  /**
   * For what outlives its request, such as a WebSocket or a stream: calls back once when the token
   * is good no more, and says why. A revocation is told as soon as the feed tells it; expiry, and
   * staleness on a route that does not accept it, within a second. One that has ended already is
   * told at once, though never before this returns. What the callback throws is not caught.
   *
   * Returns what ends the watch: call it when the connection closes. Until then, or until the token
   * expires, the guard remembers the callback.
   */
  onRevoked(callback: (end: IdentityEnd) => void): () => void
}

export interface IdentityParts {
  readonly claims: VerifiedClaims
  readonly token: string
  readonly watch: Identity['onRevoked']
}

/** Checks nothing: the claims must come out of a successful verification. */
export function createIdentity(parts: IdentityParts): Identity {
  return new BearerIdentity(parts)
}

/** One per request, so made by a constructor: defining the hidden properties takes three times as long. */
class BearerIdentity implements Identity {
  readonly subject: string
  readonly sessionId: string | null
  readonly clientId: string | null
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: VerifiedClaims
  readonly issuer: string
  readonly expiresAt: number
  readonly #token: string
  readonly #watch: Identity['onRevoked']

  constructor({ claims, token, watch }: IdentityParts) {
    this.subject = claims.sub
    this.sessionId = typeof claims.sid === 'string' ? claims.sid : null
    this.clientId = typeof claims.client_id === 'string' ? claims.client_id : null
    this.scopes = Object.freeze(scopesOf(claims.scope))
    this.roles = Object.freeze(rolesOf(claims.roles))
    this.claims = Object.freeze(claims)
    this.issuer = claims.iss
    this.expiresAt = claims.exp
    this.#token = token
    this.#watch = watch
    Object.freeze(this)
  }

  get token(): string {
    return this.#token
  }

  get onRevoked(): Identity['onRevoked'] {
    return this.#watch
  }
}

// Claims of the wrong shape grant nothing; they are not a reason to refuse a token whose issuer
// uses the names for something else.
function scopesOf(scope: unknown): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : []
}

function rolesOf(roles: unknown): string[] {
  if (!Array.isArray(roles)) return []
  return roles.every((role) => typeof role === 'string') ? [...roles] : []
}

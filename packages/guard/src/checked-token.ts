import { createIdentity, type Identity, type VerifiedClaims } from './identity.ts'
import type { RevocationSubject } from './revocation/revocation-source.ts'
import type { OnStale } from './route.ts'

export interface CheckedTokenParts {
  readonly token: string
  readonly claims: VerifiedClaims
  /** Null where nothing can be revoked. */
  readonly subject: RevocationSubject | null
  readonly watch: (onStale: OnStale) => Identity['onRevoked']
}

/**
 * A token whose signature and claims were good when it was looked at, and what follows from that
 * alone: made once, for all requests that bring the same token. And at which version of the
 * revocations it was last found good.
 */
export class CheckedToken {
  readonly #parts: CheckedTokenParts
  readonly #identities = new Map<OnStale, Identity>()
  /** The version of the revocations that were last seen not to name it; undefined before any. */
  unrevokedAt: number | undefined

  constructor(parts: CheckedTokenParts) {
    this.#parts = parts
  }

  get token(): string {
    return this.#parts.token
  }

  get subject(): RevocationSubject | null {
    return this.#parts.subject
  }

  /** Who is calling, on a route with that policy. */
  identity(onStale: OnStale): Identity {
    const known = this.#identities.get(onStale)
    if (known !== undefined) return known
    const { claims, token, watch } = this.#parts
    const identity = createIdentity({ claims, token, watch: watch(onStale) })
    this.#identities.set(onStale, identity)
    return identity
  }
}

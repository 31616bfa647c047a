// Stamps access tokens. Everything in them was decided and written before; this only signs.
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '@signet/guard/protocol'
import { createSigner, type Key } from '@signet/token'
import type { ClientGrant } from '../clients/client-tokens.ts'
import type { Clock } from '../clock.ts'
import { AuthorityError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { Grant } from '../sessions/grants.ts'

/** Headers of 8 KiB are where proxies begin to refuse: stay far below. */
const LARGE_BYTES = 1_024
const MAX_BYTES = 4_096

/**
 * A token signed this long after its row was written could outlive an end that was recorded in
 * between by more than anybody promised.
 */
const MAX_SIGNING_DELAY_MS = 5_000

export interface Issuer {
  /**
   * The access token of a grant.
   * @throws AuthorityError `overloaded` more than 5 s after the grant's row was written,
   * `unavailable` where the keys could not be confirmed, `token_too_large` above 4 KiB
   */
  issue(grant: Grant): Promise<string>

  /**
   * The access token of a client for itself.
   * @throws AuthorityError `unavailable`, `token_too_large`, as above
   */
  issueForClient(grant: ClientGrant): Promise<string>
}

export function createIssuer(parts: {
  issuer: string
  keyring: SigningKeys
  clock: Clock
  events: Events
}): Issuer {
  const { issuer, keyring, clock, events } = parts
  const prepare = (key: Key) => ({ key, sign: createSigner(key, { type: ACCESS_TOKEN_TYPE }) })
  let signer: ReturnType<typeof prepare> | null = null
  function stamp(key: Key, claims: AccessTokenClaims): string {
    if (key !== signer?.key) signer = prepare(key)
    const text = signer.sign({ ...claims })
    if (text.length > MAX_BYTES) {
      throw new AuthorityError('token_too_large', {
        message: `a token of ${text.length} bytes was not issued: too many roles or scopes`,
      })
    }
    if (text.length > LARGE_BYTES) events.emit({ type: 'token_large', bytes: text.length })
    return text
  }

  return {
    async issue({ session, account, token, decidedAt }) {
      const key = await keyring.getSigningKey()
      if (clock.monotonic() - decidedAt > MAX_SIGNING_DELAY_MS) {
        throw new AuthorityError('overloaded', { message: 'too late to sign a token' })
      }
      const claims: AccessTokenClaims = {
        iss: issuer,
        sub: account.id,
        aud: audienceOf(token.audience),
        exp: token.expiresAt,
        iat: token.issuedAt,
        jti: token.id,
        client_id: session.clientId,
        sid: session.id,
        ver: session.tokenVersion,
        ...(account.scopes.length === 0 ? {} : { scope: account.scopes.join(' ') }),
        roles: [...account.roles],
        auth_time: session.createdAt,
        amr: ['pwd'],
      }
      return stamp(key, claims)
    },

    async issueForClient({ clientId, scopes, token }) {
      const key = await keyring.getSigningKey()
      events.emit({ type: 'client_token_issued' })
      return stamp(key, {
        iss: issuer,
        sub: clientId,
        aud: audienceOf(token.audience),
        exp: token.expiresAt,
        iat: token.issuedAt,
        jti: token.id,
        client_id: clientId,
        ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      })
    },
  }
}

/** One as a text, several as a list. */
function audienceOf(audience: readonly string[]): string | string[] {
  const [only, ...more] = audience
  return only !== undefined && more.length === 0 ? only : [...audience]
}

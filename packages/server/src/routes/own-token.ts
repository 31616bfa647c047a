import { ACCESS_TOKEN_TYPE } from '@signet/guard/protocol'
import { type Claims, createVerifier, decode, TokenError } from '@signet/token'
import type { RouteParts } from './route-parts.ts'

/**
 * Reads an access token of ours for whoever wants to end it: for any audience, also from before a
 * change of settings, revoked or not, expired or not.
 * @throws (from the reader) TokenError for everything else
 */
export function createOwnTokenReader(
  parts: Pick<RouteParts, 'config' | 'keyring' | 'clock'>,
): (token: string) => Promise<Claims> {
  const { config, keyring, clock } = parts
  const verify = createVerifier(keyring.published.keySet, {
    issuer: config.issuer,
    audience: null,
    type: ACCESS_TOKEN_TYPE,
    now: () => clock.now() / 1000,
  })
  return async (token) => {
    try {
      return verify(token).claims
    } catch (error) {
      // Expiry is judged last of all: a token refused for it has passed every other check.
      if (error instanceof TokenError && error.code === 'token_expired') return decode(token).claims
      throw error
    }
  }
}

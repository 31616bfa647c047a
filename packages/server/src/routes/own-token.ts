import { ACCESS_TOKEN_TYPE } from '@signet/guard/protocol'
import {
  type Claims,
  decode,
  type KeySet,
  TokenError,
  type VerifyOptions,
  verify,
} from '@signet/token'
import type { RouteParts } from './route-parts.ts'

/**
 * Reads an access token of ours for whoever wants to end it: for any audience, also from before a
 * change of settings, revoked or not, expired or not.
 * @throws TokenError for everything else
 */
export type OwnTokenReader = (token: string) => Promise<Claims>

interface ReaderParts extends Pick<RouteParts, 'config' | 'clock'> {
  /** What verifies now, and how to learn of newer keys. */
  readonly keyring: {
    readonly keySet: KeySet
    confirm(): Promise<unknown>
  }
}

export function createOwnTokenReader({ config, keyring, clock }: ReaderParts): OwnTokenReader {
  const policy: VerifyOptions = {
    issuer: config.issuer,
    audience: null,
    type: ACCESS_TOKEN_TYPE,
    now: () => clock.now() / 1000,
  }

  function read(token: string): Claims {
    try {
      return verify(token, keyring.keySet, policy).claims
    } catch (error) {
      // Expiry is judged last of all: a token refused for it has passed every other check.
      if (error instanceof TokenError && error.code === 'token_expired') return decode(token).claims
      throw error
    }
  }

  return async (token) => {
    try {
      return read(token)
    } catch (error) {
      if (!(error instanceof TokenError) || error.code !== 'key_not_found') throw error
      // Another process may have signed with a key that this one has not heard of.
      await keyring.confirm()
      return read(token)
    }
  }
}

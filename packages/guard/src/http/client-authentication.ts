// How a guard says to its issuer which client it is: HTTP Basic (RFC 6749, section 2.3.1).
import { isSafeUrl } from './safe-url.ts'

/** What the authority gave out for a service: `signet client create` prints both. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** Where credentials come from, each time they are needed anew. @throws Error */
export type CredentialsSource = () => ClientCredentials

export interface ClientAuthentication {
  /**
   * The `Authorization` of a request to this address. Null without credentials, and for an address
   * that must not see them: of another origin than the issuer's, or over http beyond this machine.
   *
   * @throws Error when the credentials cannot be read
   */
  headerFor(url: URL): string | null
  /** They were refused: the next request reads them again, for they may have been replaced. */
  refused(): void
}

export interface ClientAuthenticationOptions {
  issuer: string
  credentials: CredentialsSource | null
}

export function createClientAuthentication({
  issuer,
  credentials,
}: ClientAuthenticationOptions): ClientAuthentication {
  let header: string | null = null
  return {
    headerFor(url) {
      if (credentials === null) return null
      if (!isSafeUrl(url) || url.origin !== new URL(issuer).origin) return null
      header ??= createBasicHeader(credentials())
      return header
    },
    refused() {
      header = null
    },
  }
}

function createBasicHeader({ clientId, clientSecret }: ClientCredentials): string {
  const pair = `${encodeForm(clientId)}:${encodeForm(clientSecret)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** application/x-www-form-urlencoded, as RFC 6749 wants each half. */
function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** Media type of an access token in its `typ` header. @see RFC 9068, section 2.1 */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** What the authority puts into an access token. Times are epoch seconds. @see RFC 9068, section 2.2 */
export interface AccessTokenClaims {
  iss: string
  /** Account id, or the client id for a token that a client got for itself. */
  sub: string
  aud: string | string[]
  exp: number
  iat: number
  jti: string
  client_id: string
  /** The session that the token belongs to; absent from tokens that a client got for itself. */
  sid?: string
  /** The session's token version when the token was issued; see `below` of a revocation. */
  ver?: number
  /** Space-separated; absent when the account's roles carry no scope. */
  scope?: string
  roles?: string[]
  auth_time?: number
  acr?: string
  amr?: string[]
}

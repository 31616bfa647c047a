/** The members of the discovery document that a verifier reads. @see RFC 8414, section 2 */
export interface Metadata {
  issuer: string
  jwks_uri: string
  /** One-shot reading of the revocation log: `GET …?after=CURSOR`. */
  revocation_feed_endpoint?: string
  /** The same log as server-sent events. */
  revocation_stream_endpoint?: string
  /** Who may read both: clients with their credentials (HTTP Basic), or anybody. */
  revocation_feed_access?: 'clients' | 'open'
  /** @see RFC 7662 */
  introspection_endpoint?: string
}

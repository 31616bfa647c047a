/** What of a verified token can be revoked. Absent parts are null. */
export interface RevocationSubject {
  readonly sid: string | null
  readonly ver: number | null
  readonly jti: string | null
  readonly client_id: string | null
  /** Epoch seconds. */
  readonly iat: number | null
  readonly kid: string | null
}

export interface RevocationHealth {
  readonly connected: boolean
  /** How far in the log this verifier is; null before the first page. */
  readonly cursor: string | null
  /** Revocations held now. */
  readonly size: number
  readonly lastError: string | null
}

/** Where a guard learns what was revoked: the feed, or a source of the caller's own. */
export interface RevocationSource {
  /** Never waits and never asks anybody. */
  isRevoked(token: RevocationSubject): boolean
  /** How old the knowledge is; Infinity before there was any. */
  stalenessMs(): number
  /** Resolves at the first fresh knowledge; rejects when the set-up cannot work. */
  ready(): Promise<void>
  close(): void
  health(): RevocationHealth
}

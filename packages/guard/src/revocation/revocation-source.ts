import type { RevocationEntry } from '../protocol/index.ts'

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

export type RevocationListener = (entries: readonly RevocationEntry[]) => void

/** Where a guard learns what was revoked: the feed, or a source of the caller's own. */
export interface RevocationSource {
  /** Never waits and never asks anybody. */
  isRevoked(token: RevocationSubject): boolean
  /**
   * A number that it never had before whenever `isRevoked` may refuse what it did not refuse before.
   * A token that comes again is asked about again only then; without it, each time it comes. Leave it
   * out where the answer depends on more than what was told, on the time say.
   */
  version?(): number
  /**
   * Tells the listener of new entries, once `isRevoked` knows them; the returned function ends
   * that. A source without it is asked about open connections once a second.
   */
  listen?(listener: RevocationListener): () => void
  /** How old the knowledge is; Infinity before there was any. */
  stalenessMs(): number
  /**
   * What time the issuer has, epoch milliseconds; null while that is not known. Tokens expire by it
   * and not by the clock of the machine, which may be wrong. Asked for every token, so it must be
   * cheap; it may go back. One that throws or is not finite refuses: `revocation_stale`.
   */
  now?(): number | null
  /** Resolves at the first fresh knowledge; rejects when the set-up cannot work. */
  ready(): Promise<void>
  close(): void
  health(): RevocationHealth
}

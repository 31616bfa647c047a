/** What of an account's and an operator's doings is kept. One word per thing that happens. */
export type AuditType =
  | 'account_created'
  | 'account_disabled'
  | 'account_enabled'
  | 'account_imported'
  | 'account_roles_changed'
  | 'audit_pruned'
  | 'login_limited'
  | 'login_refused'
  | 'password_changed'
  | 'password_refused'
  | 'refresh_reused'
  | 'role_changed'
  | 'session_ended'
  | 'session_opened'
  | 'session_repaired'

/** Never a password, a token, a secret or an e-mail address: ids, words and numbers. */
export type AuditDetail = Readonly<Record<string, string | number | boolean>>

export interface AuditEntry {
  readonly type: AuditType
  /** Whether it was done or refused. */
  readonly result: 'done' | 'refused'
  /** Who did it: an account's id, `operator` at the command line, `system`; null: nobody known. */
  readonly actor: string | null
  /** Whom it is about. */
  readonly accountId: string | null
  readonly sessionId: string | null
  /** Where the request came from. */
  readonly address: string | null
  readonly detail: AuditDetail | null
}

/** An entry at its place in the chain. */
export interface AuditRow extends AuditEntry {
  /** From 1, without gaps. */
  readonly sequence: number
  /** Epoch seconds. */
  readonly at: number
  /** SHA-256 over the hash before it and everything above. */
  readonly hash: Uint8Array
  /** HMAC over the hash, under a key from the master secret `secretId`. */
  readonly seal: Uint8Array
  readonly secretId: number
}

/** The end of the chain, or where what is kept of it begins. */
export interface ChainPoint {
  readonly sequence: number
  readonly hash: Uint8Array
}

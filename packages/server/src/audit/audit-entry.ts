/** What of accounts' and operators' doings is kept. One word per thing that happens. */
export type AuditType =
  | 'account_created'
  | 'account_disabled'
  | 'account_enabled'
  | 'account_roles_changed'
  | 'accounts_imported'
  | 'admin_refused'
  | 'backup_started'
  | 'client_changed'
  | 'client_created'
  | 'client_deleted'
  | 'client_disabled'
  | 'client_enabled'
  | 'client_refused'
  | 'client_secret_dropped'
  | 'client_secret_renewed'
  | 'client_tokens_revoked'
  | 'database_reset'
  | 'database_restored'
  | 'export_started'
  | 'key_imported'
  | 'key_removed'
  | 'key_revoked'
  | 'key_rotated'
  | 'key_rotation_wanted'
  | 'login_refused'
  | 'password_changed'
  | 'password_refused'
  | 'role_changed'
  | 'session_ended'
  | 'session_opened'
  | 'session_repaired'
  | 'token_revoked'

/** Never a password, a token, a secret or an e-mail address: ids, words and numbers. */
export type AuditDetail = Readonly<Record<string, string | number | boolean>>

/** Who asked for something, and from where. */
export interface Origin {
  /** An account's id, or `operator` at the command line; null: nobody who is known. */
  readonly actor: string | null
  /** The address that the request came from; null where there was none. */
  readonly address: string | null
}

/** Whoever sits at the command line. */
export const OPERATOR: Origin = { actor: 'operator', address: null }

export interface AuditEntry extends Origin {
  readonly type: AuditType
  /** Whether it was done or refused. */
  readonly result: 'done' | 'refused'
  /** Whom it is about. */
  readonly accountId: string | null
  readonly sessionId: string | null
  readonly detail: AuditDetail | null
}

/** What an operator did to all of it. */
export function operatorEntry(type: AuditType, detail: AuditDetail | null): AuditEntry {
  return { ...OPERATOR, type, result: 'done', accountId: null, sessionId: null, detail }
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

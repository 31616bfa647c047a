// The tables as the newest migration leaves them. Times are epoch seconds, ids are text.
import type { Generated } from 'kysely'

export interface Schema {
  accounts: AccountRow
  account_roles: { account_id: string; role: string }
  roles: RoleRow
  clients: ClientRow
  sessions: SessionRow
  signing_keys: SigningKeyRow
  revocations: RevocationRow
  revocation_log: RevocationLogRow
  audit: AuditRowColumns
  audit_points: AuditPointRow
  migrations: { version: number; name: string; applied_at: number }
}

export interface AccountRow {
  id: string
  /** The one canonical form; unique. */
  email: string
  email_verified: 0 | 1
  name: string | null
  /** PHC string of argon2id, or of what was imported until the first login (accounts/hashes). */
  password_hash: string
  /** Raised by everything that must make logins in flight fail: password change, disabling. */
  credentials_version: Generated<number>
  disabled_at: number | null
  created_at: number
}

export interface RoleRow {
  name: string
  /** Space-separated, sorted. */
  scopes: string
  created_at: number
}

export interface ClientRow {
  id: string
  name: string
  /** Space-separated, sorted; an audience holds no space. */
  scopes: string
  audiences: string
  rights: string
  /** SHA-256, base64url. */
  secret_hash: string
  /** The secret before, which still works until it is dropped. */
  former_secret_hash: string | null
  secret_changed_at: number
  /** Tokens stamped up to this second are dead. */
  revoked_before: number | null
  disabled_at: number | null
  created_at: number
}

export interface SessionRow {
  id: string
  account_id: string
  client_id: string
  /** 32 random bytes; half of what makes this session's refresh tokens, the master secret is the other. */
  salt: Uint8Array
  /** The generation of the one current refresh token. */
  generation: number
  /** The generation it came from: the only other one that may still be presented. */
  parent: number | null
  rotated_at: number
  /** Which master secret the current refresh token was made under. */
  secret_id: number
  token_version: Generated<number>
  /** The newest access token, so that a repeated request is answered with the same one. */
  token_id: string
  /** Space-separated: an audience holds no space. */
  token_audience: string
  token_issued_at: number
  token_expires_at: number
  /** When the last of all its access tokens expires; never falls, unlike the newest one's expiry. */
  tokens_expire_at: number
  idle_expires_at: number
  expires_at: number
  ended_at: number | null
  end_reason: string | null
  created_at: number
  user_agent: string | null
  address: string | null
}

export interface SigningKeyRow {
  kid: string
  algorithm: string
  /** One is active and one next, in all. */
  state: 'next' | 'active' | 'retiring' | 'revoked'
  /** The JWK, sealed under the master secret `secret_id`: the public half alone once it signs no more. */
  sealed_jwk: Uint8Array
  secret_id: number
  created_at: number
  /** What these mean: keys/key-plan.ts. */
  announced_at: number | null
  activated_at: number | null
  retired_at: number | null
  revoked_at: number | null
  due_at: number | null
  announce_seconds: number
  token_seconds: number
}

export interface RevocationRow {
  sequence: number
  kind: 'session' | 'token' | 'client' | 'key'
  subject_id: string
  below: number | null
  before: number | null
  expires_at: number | null
  recorded_at: number
}

/** Exactly one row. Updating it is what puts all appends into one order. */
export interface RevocationLogRow {
  id: 1
  epoch: string
  head: number
}

/** Append-only; the hash of each row covers all rows before it. */
export interface AuditRowColumns {
  sequence: number
  at: number
  type: string
  result: 'done' | 'refused'
  actor: string | null
  account_id: string | null
  session_id: string | null
  address: string | null
  /** JSON as it was hashed. */
  detail: string | null
  hash: Uint8Array
  seal: Uint8Array
  secret_id: number
}

export interface AuditPointRow {
  name: 'head' | 'base'
  sequence: number
  hash: Uint8Array
  seal: Uint8Array
  secret_id: number
}

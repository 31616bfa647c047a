// A client as a value: what it may do, and how its secrets look and are recognised. No rows.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a client may do here beyond getting tokens for itself. */
export const CLIENT_RIGHTS = ['feed', 'introspect', 'revoke'] as const

/**
 * `feed`: follow the revocation feed. `introspect`: ask about any token. `revoke`: end any token, not
 * its own alone.
 */
export type ClientRight = (typeof CLIENT_RIGHTS)[number]

/** An application that has a secret. Times are epoch seconds. */
export interface Client {
  readonly id: string
  readonly name: string
  /** What its tokens may carry, sorted. */
  readonly scopes: readonly string[]
  /** Whom its tokens may be for, sorted; without any it gets no token. */
  readonly audiences: readonly string[]
  readonly rights: readonly ClientRight[]
  /** When its newest secret was made. */
  readonly secretChangedAt: number
  /** Whether the secret before that one still works. */
  readonly hasFormerSecret: boolean
  /** Tokens stamped up to this second are dead. */
  readonly revokedBefore: number | null
  readonly disabledAt: number | null
  readonly createdAt: number
}

/** What an operator decides of a client. */
export type ClientTerms = Pick<Client, 'name' | 'scopes' | 'audiences' | 'rights'>

/** 128 random bits. */
export function createClientId(): string {
  return `cli_${randomBytes(16).toString('base64url')}`
}

export function isClientId(text: string): boolean {
  return /^cli_[\w-]{22}$/.test(text)
}

/** 256 random bits: nobody guesses it, so a plain hash of it is enough at rest. */
export function createClientSecret(): string {
  return `cs_${randomBytes(32).toString('base64url')}`
}

/** What is kept of a secret. */
export function hashClientSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Stands for the hashes of a client that does not exist: the hash of nothing that was ever made. */
const NO_HASH = hashClientSecret('')

/**
 * Whether a secret is one of those that were hashed. Takes as long for a client without a second
 * secret, and for one that does not exist (no hashes).
 */
export function isClientSecret(
  secret: string,
  hashes: { readonly current: string; readonly former: string | null } | null,
): boolean {
  const given = Buffer.from(hashClientSecret(secret))
  const isCurrent = timingSafeEqual(given, Buffer.from(hashes?.current ?? NO_HASH))
  const isFormer = timingSafeEqual(given, Buffer.from(hashes?.former ?? NO_HASH))
  return secret !== '' && (isCurrent || isFormer)
}

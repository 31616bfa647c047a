import { randomBytes } from 'node:crypto'
import type { RotationState } from './rotation.ts'

/** One login of one account on one device through one client. Times are epoch seconds. */
export interface Session extends RotationState {
  readonly id: string
  readonly accountId: string
  readonly clientId: string
  readonly salt: Uint8Array
  readonly secretId: number
  readonly tokenVersion: number
  readonly token: IssuedToken
  /** When the last access token of this session expires, whichever of them that is. */
  readonly tokensExpireAt: number
  readonly createdAt: number
}

/** What the row remembers of the newest access token, so that it can be made again. */
export interface IssuedToken {
  readonly id: string
  readonly audience: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
}

export type EndReason =
  | 'logout'
  | 'reuse'
  /** Its owner ended it from another device. */
  | 'owner'
  | 'password_change'
  | 'account_disabled'
  /** An operator ended it. */
  | 'operator'
  /** A client asked for it (RFC 7009). */
  | 'revoked'

/** Where a login came from, as the request told; shown to the owner, never trusted. */
export interface Device {
  readonly userAgent: string | null
  readonly address: string | null
}

/** 128 random bits. */
export function createSessionId(): string {
  return `ses_${randomBytes(16).toString('base64url')}`
}

/** Seconds for which the current refresh token can still be used. */
export function refreshExpiresIn(session: RotationState, now: number): number {
  return Math.max(0, Math.min(session.idleExpiresAt, session.expiresAt) - now)
}

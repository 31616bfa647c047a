import { randomBytes } from 'node:crypto'

/** A person who can log in, as the rest of the authority sees it: without the password hash. */
export interface Account {
  readonly id: string
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string | null
  readonly roles: readonly string[]
  /** The union of the scopes of the roles, sorted. */
  readonly scopes: readonly string[]
  readonly credentialsVersion: number
  readonly disabledAt: number | null
  readonly createdAt: number
}

/** 128 random bits. */
export function createAccountId(): string {
  return `acc_${randomBytes(16).toString('base64url')}`
}

/** An account as it travels between databases and systems: with the hash of its password. */
export interface PortableAccount {
  readonly id: string
  /** In its canonical form. */
  readonly email: string
  readonly isEmailVerified: boolean
  readonly name: string | null
  /** Sorted, none twice. */
  readonly roles: readonly string[]
  readonly isDisabled: boolean
  /** Epoch seconds. */
  readonly createdAt: number
  readonly passwordHash: string
}

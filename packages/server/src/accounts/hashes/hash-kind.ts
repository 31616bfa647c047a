/** A password hash as it was read: what it costs, and whether a password is the one. */
export interface StoredHash {
  /** What one verification takes while it runs. */
  readonly memoryBytes: number
  /** Off the event loop. */
  verify(password: string): Promise<boolean>
}

export interface HashKind {
  /** Null when the text is of another kind. @throws HashRefusal for one of this kind that will not do */
  find(text: string): StoredHash | null
}

export type HashRefusalCode = 'hash_unknown' | 'hash_malformed' | 'hash_too_costly'

/** A hash that is not taken. The message is for the operator and holds nothing of the hash. */
export class HashRefusal extends Error {
  readonly code: HashRefusalCode

  constructor(code: HashRefusalCode, message: string) {
    super(message)
    this.name = 'HashRefusal'
    this.code = code
  }
}

/**
 * No row may say how much work a login is: one verification stays within this memory, and within
 * about a second of one core (each kind says what that means for its own parameters).
 */
export const MAX_MEMORY_BYTES = 256 * 1_048_576

/** 128 bits: a shorter hash lets wrong passwords in. */
const MIN_HASH_BYTES = 16

/** Longer than anything that makes hashes writes. */
const MAX_BYTES = 128

/** @throws HashRefusal */
export function checkSizes(sizes: { salt: Buffer; hash: Buffer; minSaltBytes?: number }): void {
  const { salt, hash, minSaltBytes = 1 } = sizes
  if (salt.length < minSaltBytes || salt.length > MAX_BYTES) {
    throw new HashRefusal(
      'hash_malformed',
      `the salt must have ${minSaltBytes} to ${MAX_BYTES} bytes`,
    )
  }
  if (hash.length < MIN_HASH_BYTES || hash.length > MAX_BYTES) {
    throw new HashRefusal(
      'hash_malformed',
      `the hash itself must have ${MIN_HASH_BYTES} to ${MAX_BYTES} bytes`,
    )
  }
}

import { argon2 } from './argon2.ts'
import { bcrypt } from './bcrypt.ts'
import { firebaseScrypt } from './firebase-scrypt.ts'
import { type HashKind, HashRefusal, type StoredHash } from './hash-kind.ts'
import { pbkdf2 } from './pbkdf2.ts'
import { scrypt } from './scrypt.ts'

/** Every kind of hash that an account can have. What we make ourselves is argon2id. */
const KINDS: readonly HashKind[] = [argon2, bcrypt, scrypt, pbkdf2, firebaseScrypt]

/** The longest of them have about 300 characters. */
const MAX_LENGTH = 512

/**
 * A hash in the one form in which hashes are stored. Parameters are within their bounds then.
 * @throws HashRefusal
 */
export function parseStoredHash(text: string): StoredHash {
  for (const kind of text.length > MAX_LENGTH ? [] : KINDS) {
    const found = kind.find(text)
    if (found !== null) return found
  }
  throw new HashRefusal('hash_unknown', 'this is not a password hash of a kind that is known')
}

import { randomBytes } from 'node:crypto'

/** A `jti`: 128 random bits. */
export function createTokenId(): string {
  return randomBytes(16).toString('base64url')
}

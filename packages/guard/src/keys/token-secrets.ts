// The secrets of an authority with SIGNET_ALG=HS256. The authority and every service read them by
// this one function, so that all of them find the same secret under the same id.
import { hkdfSync } from 'node:crypto'
import { createKeySet, type Key, KeyError, type KeySet, secretKey } from '@signet/token'

const ID_BYTES = 16

/**
 * What `SIGNET_TOKEN_SECRET` says, for the option `keys` of a guard: at least 32 random bytes in
 * base64url, as `signet secret create` makes them, or several of these with commas between. The
 * authority signs with the first, each of them verifies. Whoever has one can make tokens for every
 * service. That they are random cannot be checked; what public lists know is refused.
 *
 * @throws TypeError that says what is wrong with which of them, and shows none
 */
export function parseTokenSecrets(text: string): KeySet {
  if (typeof text !== 'string') throw new TypeError('token secrets are a text')
  const keys = new Map<string | undefined, Key>()
  const problems = text.split(',').flatMap((entry, index) => {
    const found = parseSecret(entry.trim())
    if (typeof found === 'string') return [`secret ${index + 1} ${found}`]
    if (keys.has(found.kid)) return [`secret ${index + 1} is there twice`]
    keys.set(found.kid, found)
    return []
  })
  if (problems.length > 0) throw new TypeError(problems.join('; '))
  return createKeySet(keys.values())
}

/** What is wrong, in words, where it is no secret. */
function parseSecret(text: string): Key | string {
  const bytes = Buffer.from(text, 'base64url')
  // Buffer passes over what it cannot read: a secret with a mistake in it would be another secret.
  if (bytes.toString('base64url') !== text) return 'is not base64url'
  // Stands in the header of every token: derived one-way, and by a function that signs nothing.
  const id = hkdfSync('sha256', bytes, '', 'signet/token-secret-id', ID_BYTES)
  const kid = Buffer.from(id).toString('base64url')
  try {
    const key = secretKey(bytes, { algorithm: 'HS256', kid })
    return bytes.every((byte) => byte === bytes[0]) ? 'was typed, not made' : key
  } catch (error) {
    if (!(error instanceof KeyError)) throw error
    return error.code === 'key_too_small'
      ? 'has fewer than 32 bytes'
      : 'stands in public lists of secrets'
  }
}

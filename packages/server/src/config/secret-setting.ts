import type { Mode } from './config.ts'
import type { DatabaseAddress } from './database-address.ts'
import { createSecretRing, type MasterSecret, parseSecret, type SecretRing } from './secrets.ts'
import type { SettingReader } from './setting-reader.ts'

/** Null: development's own secret file beside the database file is to be used. */
export function parseSecrets(
  reader: SettingReader,
  mode: Mode,
  database: DatabaseAddress,
): SecretRing | null {
  const text = reader.text('SIGNET_SECRET')
  if (text === null) {
    // Only a database file has a place beside it where development can keep one.
    if (mode === 'production' || database.kind === 'postgres') {
      reader.problem(
        'SIGNET_SECRET is required: make one with `signet secret create` and keep it safe',
      )
    }
    return null
  }
  const secrets: MasterSecret[] = []
  for (const [index, part] of text.split(',').entries()) {
    const secret = parseSecret(part.trim())
    if (secret !== null) secrets.push(secret)
    else {
      reader.problem(
        `SIGNET_SECRET, entry ${index + 1}: not 32 random bytes in base64url (43 characters); make one with \`signet secret create\``,
      )
    }
  }
  if (secrets.length === 0) return null
  try {
    return createSecretRing(secrets)
  } catch (cause) {
    reader.problem(`SIGNET_SECRET: ${(cause as Error).message}`)
    return null
  }
}

// The secrets that an operator gives: what seals and signs here, and what is shared with services.
import { parseTokenSecrets } from '@signet/guard'
import type { Algorithm, KeySet } from '@signet/token'
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

/** What signs with HS256; null for every other algorithm, whose keys are in the database. */
export function parseTokenSecretSetting(
  reader: SettingReader,
  algorithm: Algorithm,
): KeySet | null {
  const text = reader.text('SIGNET_TOKEN_SECRET')
  if (algorithm !== 'HS256') {
    if (text !== null) {
      reader.problem(
        'SIGNET_TOKEN_SECRET is for SIGNET_ALG=HS256 alone: set both or none (docs/guides/single-team.md)',
      )
    }
    return null
  }
  if (text === null) {
    reader.problem(
      'SIGNET_TOKEN_SECRET is required with SIGNET_ALG=HS256: make one with `signet secret create`',
    )
    return null
  }
  const masters = entriesOf(reader.text('SIGNET_SECRET') ?? '')
  if (entriesOf(text).some((entry) => masters.includes(entry))) {
    reader.problem(
      'SIGNET_TOKEN_SECRET holds a secret of SIGNET_SECRET: services get the one, and only this authority may know the other',
    )
  }
  try {
    return parseTokenSecrets(text)
  } catch (cause) {
    reader.problem(
      `SIGNET_TOKEN_SECRET: ${(cause as Error).message}; make one with \`signet secret create\``,
    )
    return null
  }
}

function entriesOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

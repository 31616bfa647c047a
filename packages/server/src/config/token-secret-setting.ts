import { parseTokenSecrets } from '@signet/guard'
import type { Algorithm, KeySet } from '@signet/token'
import type { SettingReader } from './setting-reader.ts'

/** What signs with HS256; null for every other algorithm, whose keys are in the database. */
export function readTokenSecrets(reader: SettingReader, algorithm: Algorithm): KeySet | null {
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
  return text.split(',').map((entry) => entry.trim())
}

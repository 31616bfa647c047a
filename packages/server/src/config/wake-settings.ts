// How processes on one database tell each other of new revocations.
import { type DatabaseAddress, parseDatabaseAddress } from './database-address.ts'
import type { HiddenUrl } from './hidden-url.ts'
import type { SettingReader } from './setting-reader.ts'

/** `poll`: they do not, and look twice a second, which all of them do anyway. */
export type WakeUpKind = 'redis' | 'notify' | 'poll'

const KINDS = ['redis', 'notify', 'poll'] as const

export function parseWakeUps(
  reader: SettingReader,
  parts: { database: DatabaseAddress; redis: HiddenUrl | null },
): WakeUpKind {
  const { database, redis } = parts
  const usual = redis !== null ? 'redis' : database.kind === 'postgres' ? 'notify' : 'poll'
  const kind = reader.oneOf('SIGNET_WAKE_UPS', KINDS, usual)
  if (kind === 'redis' && redis === null) {
    reader.problem('SIGNET_WAKE_UPS is redis, but there is no SIGNET_REDIS_URL')
  }
  if (kind === 'notify' && database.kind !== 'postgres') {
    reader.problem('SIGNET_WAKE_UPS is notify, but the database is not PostgreSQL')
  }
  return kind
}

/** PostgreSQL itself, where SIGNET_DATABASE_URL names a pooler in front of it. */
export function parseDirectDatabase(
  reader: SettingReader,
  database: DatabaseAddress,
): HiddenUrl | null {
  const text = reader.text('SIGNET_DATABASE_DIRECT_URL')
  if (text === null) return null
  const address = parseDatabaseAddress(text, '')
  if (database.kind === 'postgres' && address?.kind === 'postgres') return address.server
  reader.problem(
    'SIGNET_DATABASE_DIRECT_URL must name the PostgreSQL server behind the pooler in SIGNET_DATABASE_URL, like postgres://user:password@host:5432/signet',
  )
  return null
}

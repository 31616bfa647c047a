// What an inspection means.
import type { Config, DatabaseContents, Inspection, Looked } from '@signet/server'
import { judgeExpiry } from './expiry.ts'
import { judgeAddresses } from './proxy-check.ts'
import { found, ok, type Result, skipped } from './results.ts'
import { judgeOldSecrets } from './secret-checks.ts'

/** From the inside; `now` in epoch seconds. */
export function judgeInside(
  config: Config,
  inspection: Inspection,
  { now }: { now: number },
): Result[] {
  const { contents } = inspection
  return [
    judgeDatabase(config, inspection),
    contents === null
      ? skipped('notifications', UNREAD)
      : judgeNotifications(config, contents.notifications),
    judgeRedis(inspection),
    judgeSecret(config, inspection),
    ...unlessUnread('old_secrets', contents?.secretUses, judgeOldSecrets),
    judgeKeys(config, inspection),
    judgeTlsFiles(inspection, now),
    ...unlessUnread('client_addresses', contents?.addresses, (addresses) => [
      judgeAddresses(config, addresses),
    ]),
  ]
}

const UNREAD = 'the database could not be read'

function judgeDatabase({ database: address }: Config, { database }: Inspection): Result {
  const name =
    address.kind === 'sqlite' ? `SQLite, ${address.path}` : `PostgreSQL, ${address.server.name}`
  switch (database.state) {
    case 'missing':
      return found('database', 'database_missing', `${name}: there is no database of Signet`)
    case 'unusable':
      return found('database', 'database_unusable', database.failure)
    case 'newer':
      return found('database', 'database_newer', database.failure)
    case 'older': {
      const versions = `version ${database.from}, and this program works with ${database.to}`
      return found('database', 'database_older', `${name}: ${versions}`)
    }
    case 'current':
      return ok('database', `${name}, version ${database.to}`)
  }
}

function judgeNotifications(
  { wakeUps, directDatabase, database }: Config,
  facts: DatabaseContents['notifications'],
): Result {
  if (facts === null) {
    if (wakeUps === 'redis') {
      return skipped('notifications', 'processes wake each other over Redis')
    }
    const why = database.kind === 'sqlite' ? 'one machine needs none' : 'SIGNET_WAKE_UPS is poll'
    return skipped('notifications', why)
  }
  const where = directDatabase === null ? 'SIGNET_DATABASE_URL' : 'SIGNET_DATABASE_DIRECT_URL'
  switch (facts) {
    case 'heard':
      return ok('notifications', `what one process says at the database, another hears (${where})`)
    case 'unreachable':
      return found(
        'notifications',
        'notifications_unreachable',
        `nobody can listen at the server of ${where}`,
      )
    case 'lost': {
      const cause =
        directDatabase === null
          ? 'it seems to lead to a pooler that lends connections for a transaction each'
          : 'it seems to lead to a pooler, or to another database than SIGNET_DATABASE_URL'
      const effect = 'processes hear of each other’s revocations up to half a second later'
      const words = `no notification arrives by ${where}: ${cause}; ${effect}`
      return found('notifications', 'notifications_lost', words)
    }
  }
}

function judgeRedis({ redis }: Inspection): Result {
  if (redis === null) return skipped('redis', 'SIGNET_REDIS_URL is not set')
  if (redis) return ok('redis', 'it answers')
  const words =
    'it does not answer: limits count in each process alone, and programs that ask there for revocations get none'
  return found('redis', 'redis_silent', words)
}

function judgeSecret({ secrets }: Config, { weakSecrets }: Inspection): Result {
  if ('failure' in weakSecrets) return found('secret', 'secret_unusable', weakSecrets.failure)
  const weak = weakSecrets.flatMap((isWeak, index) => (isWeak ? [index + 1] : []))
  if (weak.length > 0) {
    const which = weak.length === 1 ? `entry ${weak[0]}` : `entries ${weak.join(', ')}`
    const words = `${which} of SIGNET_SECRET looks typed or counted up: whoever guesses it can become anybody`
    return found('secret', 'secret_weak', words)
  }
  if (weakSecrets.length === 0) return skipped('secret', 'the first start makes one')
  const where = secrets === null ? 'signet.secret, beside the database' : 'SIGNET_SECRET'
  return ok('secret', `32 bytes that look random (${where})`)
}

function judgeKeys({ tokenSecrets }: Config, { contents, weakSecrets }: Inspection): Result {
  if (contents === null) return skipped('signing_keys', UNREAD)
  if ('failure' in weakSecrets) return skipped('signing_keys', 'the secret could not be read')
  const { publishedKeys, secretUses } = contents
  if (!('failure' in publishedKeys)) {
    const count = publishedKeys.length
    if (count === 0) {
      const signs = tokenSecrets === null ? 'the first start makes them' : 'a shared secret signs'
      return skipped('signing_keys', `there are none: ${signs}`)
    }
    const what = tokenSecrets === null ? 'are published' : 'wait while SIGNET_TOKEN_SECRET signs'
    return ok('signing_keys', `${count} ${what}, and all can be opened`)
  }
  // That has its own row, and another remedy.
  if (!('failure' in secretUses) && secretUses.unlisted.keys > 0) {
    return skipped('signing_keys', 'some are sealed under a secret that is not listed')
  }
  return found('signing_keys', 'key_unusable', publishedKeys.failure)
}

function judgeTlsFiles({ tlsExpiresAt }: Inspection, now: number): Result {
  if (tlsExpiresAt === null) return skipped('tls_files', 'SIGNET_TLS_CERT is not set')
  if (typeof tlsExpiresAt === 'number') return judgeExpiry('tls_files', tlsExpiresAt, now)
  return found('tls_files', 'tls_files_unusable', tlsExpiresAt.failure)
}

function unlessUnread<T>(
  check: 'old_secrets' | 'client_addresses',
  looked: Looked<T> | undefined,
  judge: (facts: T) => Result[],
): Result[] {
  if (looked === undefined) return [skipped(check, UNREAD)]
  if (isFailure(looked)) return [skipped(check, looked.failure)]
  return judge(looked)
}

function isFailure(looked: unknown): looked is { readonly failure: string } {
  return typeof looked === 'object' && looked !== null && 'failure' in looked
}

// Settings as text in, one frozen value out, or the list of everything that is wrong with them.
// Pure: reads no file, no process, no clock. Problems name settings, never their values.
import type { Algorithm, KeySet } from '@signet/token'
import { StartError } from '../errors.ts'
import { type DatabaseAddress, parseDatabaseAddress } from './database-address.ts'
import type { Environment } from './env.ts'
import type { HiddenUrl } from './hidden-url.ts'
import { parseAudiences, parseDisabledLimits, parseIssuer } from './issuer-settings.ts'
import { parseRedis, parseTrustedProxies } from './network-settings.ts'
import { parseSecrets, parseTokenSecretSetting } from './secret-settings.ts'
import type { SecretRing } from './secrets.ts'
import { refuseUnknown } from './setting-names.ts'
import { createReader, type SettingReader } from './setting-reader.ts'
import { parseTls, type TlsPaths } from './tls-settings.ts'
import { parseDirectDatabase, parseWakeUps, type WakeUpKind } from './wake-settings.ts'

/** `development` fills in what is missing; `production` asks for it. The command decides. */
export type Mode = 'development' | 'production'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Config {
  readonly mode: Mode
  readonly issuer: string
  readonly host: string
  readonly port: number
  /** Files of the certificate and its key; null: TLS is somebody else's, or there is none. */
  readonly tls: TlsPaths | null
  /** What access tokens of `/login` are for; the first is the default. Never empty. */
  readonly audiences: readonly string[]
  /** Null: development's own secret file beside the database file is to be used. */
  readonly secrets: SecretRing | null
  readonly database: DatabaseAddress
  readonly accessTtlSeconds: number
  /** A session unused for this long is over. */
  readonly idleTtlSeconds: number
  /** A session is over this long after its login, used or not. */
  readonly sessionTtlSeconds: number
  readonly refreshGraceSeconds: number
  readonly algorithm: Algorithm
  /** With HS256, and only then: the first signs, each verifies. Null: keys of the database do. */
  readonly tokenSecrets: KeySet | null
  /** A key signs for this long before the next one does. */
  readonly keyRotationSeconds: number
  /** Null: limits are counted in this process alone. */
  readonly redis: HiddenUrl | null
  readonly wakeUps: WakeUpKind
  /** Null: `database` is no pooler. */
  readonly directDatabase: HiddenUrl | null
  /** Networks (CIDR) of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Who may follow the revocation feed: clients that were given the right to, or anybody. */
  readonly feedAccess: 'clients' | 'open'
  /** Entries of the audit log are forgotten after this long. */
  readonly auditRetentionSeconds: number
  /** Who may read `/metrics`: only this machine itself, or whoever can reach it. */
  readonly metricsAccess: 'local' | 'open'
  /** For load tests: nobody is kept from guessing. */
  readonly dangerouslyDisableRateLimits: boolean
  readonly logLevel: LogLevel
}

/** No access token of any version of these settings lives longer. */
export const MAX_ACCESS_TTL_SECONDS = 3_600

const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'HS256'] as const
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/**
 * Judges all settings at once.
 * @throws StartError with every problem found
 */
export function parseConfig(environment: Environment, mode: Mode, workingFolder: string): Config {
  const problems: string[] = []
  const reader = createReader(environment, problems)
  refuseUnknown(environment, problems)

  const port = reader.integer('SIGNET_PORT', { fallback: 3000, min: 1, max: 65_535 })
  const issuer = parseIssuer(reader, mode, `http://localhost:${port}`)
  const database = parseDatabase(reader, workingFolder)
  const redis = parseRedis(reader)
  const algorithm = reader.oneOf('SIGNET_ALG', ALGORITHMS, 'ES256')
  const config: Config = {
    mode,
    issuer,
    port,
    host: reader.text('SIGNET_HOST') ?? '127.0.0.1',
    tls: parseTls(reader, { issuer, workingFolder }),
    audiences: parseAudiences(reader, issuer),
    secrets: parseSecrets(reader, mode, database),
    database,
    accessTtlSeconds: reader.seconds('SIGNET_ACCESS_TTL', {
      fallback: '15m',
      min: 5,
      max: MAX_ACCESS_TTL_SECONDS,
    }),
    idleTtlSeconds: reader.seconds('SIGNET_REFRESH_TTL', { fallback: '7d', min: 60, max: YEAR }),
    sessionTtlSeconds: reader.seconds('SIGNET_SESSION_TTL', {
      fallback: '30d',
      min: 60,
      max: YEAR,
    }),
    refreshGraceSeconds: reader.seconds('SIGNET_REFRESH_GRACE', {
      fallback: '10s',
      min: 0,
      max: 60,
    }),
    algorithm,
    tokenSecrets: parseTokenSecretSetting(reader, algorithm),
    redis,
    wakeUps: parseWakeUps(reader, { database, redis }),
    directDatabase: parseDirectDatabase(reader, database),
    keyRotationSeconds: reader.seconds('SIGNET_KEY_ROTATION', {
      fallback: '30d',
      // Key sets are cached for a fifth of it, and nothing is cached for less than a second.
      min: 5,
      max: YEAR,
    }),
    metricsAccess: reader.oneOf('SIGNET_METRICS_ACCESS', ['local', 'open'], 'local'),
    trustedProxies: parseTrustedProxies(reader),
    feedAccess: reader.oneOf(
      'SIGNET_FEED_ACCESS',
      ['clients', 'open'],
      mode === 'development' ? 'open' : 'clients',
    ),
    auditRetentionSeconds: reader.seconds('SIGNET_AUDIT_RETENTION', {
      fallback: '400d',
      min: 86_400,
      max: 10 * YEAR,
    }),
    dangerouslyDisableRateLimits: parseDisabledLimits(reader, mode, issuer),
    logLevel: reader.oneOf(
      'SIGNET_LOG_LEVEL',
      LOG_LEVELS,
      mode === 'development' ? 'warn' : 'info',
    ),
  }
  if (config.idleTtlSeconds > config.sessionTtlSeconds) {
    problems.push('SIGNET_REFRESH_TTL (idle) is longer than SIGNET_SESSION_TTL (absolute)')
  }
  if (config.refreshGraceSeconds >= config.accessTtlSeconds) {
    problems.push(
      'SIGNET_REFRESH_GRACE must be shorter than SIGNET_ACCESS_TTL: a repeat gets the same token',
    )
  }
  if (config.accessTtlSeconds > config.idleTtlSeconds) {
    problems.push('SIGNET_ACCESS_TTL is longer than SIGNET_REFRESH_TTL')
  }
  // After its last signature a key stays published while a token can live, and about a minute. A set
  // of 64 RSA keys has some 30 KB; verifiers give up at a few times that.
  if (config.accessTtlSeconds + 66 > 62 * config.keyRotationSeconds) {
    problems.push(
      'SIGNET_KEY_ROTATION is too short beside SIGNET_ACCESS_TTL: more than 64 keys would have to be published at once',
    )
  }
  if (problems.length > 0) throw new StartError(problems)
  return Object.freeze(config)
}

const YEAR = 366 * 86_400

function parseDatabase(reader: SettingReader, workingFolder: string): DatabaseAddress {
  const text = reader.text('SIGNET_DATABASE_URL') ?? 'sqlite:./data/signet.db'
  const address = parseDatabaseAddress(text, workingFolder)
  if (address !== null) return address
  reader.problem(
    'SIGNET_DATABASE_URL must name an SQLite file, like sqlite:./data/signet.db, or a PostgreSQL database, like postgres://user:password@host:5432/signet',
  )
  return { kind: 'sqlite', path: workingFolder }
}

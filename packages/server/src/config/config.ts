// Settings as text in, one frozen value out, or the list of everything that is wrong with them.
// Pure: reads no file, no process, no clock. Problems name settings, never their values.
import type { Algorithm, KeySet } from '@signet/token'
import ipaddr from 'ipaddr.js'
import { StartError } from '../errors.ts'
import { type DatabaseAddress, parseDatabaseAddress } from './database-address.ts'
import type { Environment } from './env.ts'
import { HiddenUrl } from './hidden-url.ts'
import { createSecretRing, type MasterSecret, parseSecret, type SecretRing } from './secrets.ts'
import { createReader, type SettingReader } from './setting-reader.ts'
import { parseTls, type TlsPaths } from './tls-setting.ts'
import { readTokenSecrets } from './token-secret-setting.ts'
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

const SETTINGS = [
  'SIGNET_ISSUER',
  'SIGNET_HOST',
  'SIGNET_PORT',
  'SIGNET_TLS_CERT',
  'SIGNET_TLS_KEY',
  'SIGNET_AUDIENCE',
  'SIGNET_SECRET',
  'SIGNET_DATABASE_URL',
  'SIGNET_DATABASE_DIRECT_URL',
  'SIGNET_REDIS_URL',
  'SIGNET_WAKE_UPS',
  'SIGNET_ACCESS_TTL',
  'SIGNET_REFRESH_TTL',
  'SIGNET_SESSION_TTL',
  'SIGNET_REFRESH_GRACE',
  'SIGNET_ALG',
  'SIGNET_TOKEN_SECRET',
  'SIGNET_KEY_ROTATION',
  'SIGNET_FEED_ACCESS',
  'SIGNET_METRICS_ACCESS',
  'SIGNET_AUDIT_RETENTION',
  'SIGNET_TRUST_PROXY',
  'SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS',
  'SIGNET_LOG_LEVEL',
] as const

export type SettingName = (typeof SETTINGS)[number]

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
    tokenSecrets: readTokenSecrets(reader, algorithm),
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

/** Settings of the command line and of guards, which an authority leaves alone. */
const COMMAND_SETTINGS = [
  'SIGNET_URL',
  'SIGNET_ADMIN_TOKEN_FILE',
  'SIGNET_CLIENT_ID',
  'SIGNET_CLIENT_SECRET_FILE',
]

function refuseUnknown(environment: Environment, problems: string[]): void {
  const known = new Set<string>([...SETTINGS, ...COMMAND_SETTINGS])
  for (const name of Object.keys(environment)) {
    if (!known.has(name)) {
      problems.push(`${name} is not a setting of this version (all of them: .env.example)`)
    }
  }
}

function parseIssuer(reader: SettingReader, mode: Mode, fallback: string): string {
  const text = reader.text('SIGNET_ISSUER')
  if (text === null) {
    if (mode === 'production') {
      reader.problem(
        'SIGNET_ISSUER is required: the https address at which users and services reach this authority',
      )
    }
    return fallback
  }
  const url = URL.canParse(text) ? new URL(text) : null
  // Services compare the issuer character by character, so exactly one spelling is accepted.
  const canonical = url === null ? '' : `${url.origin}${url.pathname === '/' ? '' : url.pathname}`
  if (url === null || canonical !== text || text.endsWith('/')) {
    reader.problem(
      'SIGNET_ISSUER must be an address like https://login.example.com: lower case, no slash at the end, no query, no user name',
    )
  } else if (url.pathname !== '/') {
    reader.problem(
      'SIGNET_ISSUER must have no path: this authority answers at the root of its host',
    )
  } else if (url.protocol !== 'https:' && !isLoopback(url)) {
    reader.problem('SIGNET_ISSUER must be https (http is accepted for localhost only)')
  }
  return text
}

function isLoopback(url: URL): boolean {
  return (
    url.protocol === 'http:' &&
    (url.hostname === 'localhost' ||
      url.hostname === '[::1]' ||
      /^127(\.\d+){3}$/.test(url.hostname))
  )
}

function parseAudiences(reader: SettingReader, issuer: string): readonly string[] {
  const text = reader.text('SIGNET_AUDIENCE')
  if (text === null) return [issuer]
  const audiences = text.split(',').map((part) => part.trim())
  if (audiences.some((audience) => !/^[\x21-\x7e]{1,256}$/.test(audience))) {
    reader.problem(
      'SIGNET_AUDIENCE must be one name or a comma-separated list (printable ASCII, no spaces)',
    )
  } else if (new Set(audiences).size !== audiences.length) {
    reader.problem('SIGNET_AUDIENCE names one audience twice')
  }
  return audiences
}

function parseSecrets(
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

function parseDatabase(reader: SettingReader, workingFolder: string): DatabaseAddress {
  const text = reader.text('SIGNET_DATABASE_URL') ?? 'sqlite:./data/signet.db'
  const address = parseDatabaseAddress(text, workingFolder)
  if (address !== null) return address
  reader.problem(
    'SIGNET_DATABASE_URL must name an SQLite file, like sqlite:./data/signet.db, or a PostgreSQL database, like postgres://user:password@host:5432/signet',
  )
  return { kind: 'sqlite', path: workingFolder }
}

function parseRedis(reader: SettingReader): HiddenUrl | null {
  const text = reader.text('SIGNET_REDIS_URL')
  if (text === null) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== '') {
    return new HiddenUrl(url)
  }
  reader.problem('SIGNET_REDIS_URL must be an address like redis://:password@host:6379')
  return null
}

function parseTrustedProxies(reader: SettingReader): readonly string[] {
  const text = reader.text('SIGNET_TRUST_PROXY')
  if (text === null) return []
  const networks = text.split(',').map((part) => part.trim())
  const isNetwork = (network: string) =>
    network.includes('/')
      ? ipaddr.isValidCIDR(network) && !/\/0+$/.test(network)
      : ipaddr.isValid(network)
  if (!networks.every(isNetwork)) {
    reader.problem(
      'SIGNET_TRUST_PROXY must list the networks of your proxies, like 10.0.0.0/8,127.0.0.1',
    )
    return []
  }
  return networks
}

function parseDisabledLimits(reader: SettingReader, mode: Mode, issuer: string): boolean {
  const name = 'SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS'
  const isDisabled = reader.oneOf(name, ['true', 'false'], 'false') === 'true'
  const isLocal = URL.canParse(issuer) && isLoopback(new URL(issuer))
  if (isDisabled && mode === 'production' && !isLocal) {
    reader.problem(`${name} is for load tests on this machine: the issuer must be on localhost`)
  }
  return isDisabled
}

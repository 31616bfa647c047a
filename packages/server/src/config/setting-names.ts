import type { Environment } from './env.ts'

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

/** Settings of the command line and of guards, which an authority leaves alone. */
const OTHERS_SETTINGS = [
  'SIGNET_URL',
  'SIGNET_ADMIN_TOKEN_FILE',
  'SIGNET_CLIENT_ID',
  'SIGNET_CLIENT_SECRET_FILE',
]

export function refuseUnknown(environment: Environment, problems: string[]): void {
  const known = new Set<string>([...SETTINGS, ...OTHERS_SETTINGS])
  for (const name of Object.keys(environment)) {
    if (!known.has(name)) {
      problems.push(`${name} is not a setting of this version (all of them: .env.example)`)
    }
  }
}

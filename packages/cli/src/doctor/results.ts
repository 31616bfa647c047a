import { FINDINGS, type FindingId, type Severity } from './findings.ts'

/** In the order in which they are shown. */
export const CHECKS = {
  inside: [
    'settings',
    'database',
    'notifications',
    'redis',
    'secret',
    'old_secrets',
    'signing_keys',
    'tls_files',
    'client_addresses',
  ],
  outside: ['issuer', 'https', 'certificate', 'hsts', 'ready', 'key_set', 'feed', 'clock'],
} as const

export const ALL_CHECKS: readonly Check[] = [...CHECKS.inside, ...CHECKS.outside]

export type Area = keyof typeof CHECKS
export type Check = (typeof CHECKS)[Area][number]
export type Status = 'ok' | Severity

export interface Result {
  readonly check: Check
  readonly status: Status
  /** Null where all is well, and where nothing was looked at for a reason that is none's fault. */
  readonly finding: FindingId | null
  readonly words: string
  readonly remedy: string | null
}

export function ok(check: Check, words: string): Result {
  return { check, status: 'ok', finding: null, words, remedy: null }
}

export function skipped(check: Check, why: string): Result {
  return { check, status: 'skipped', finding: null, words: why, remedy: null }
}

export function found(check: Check, finding: FindingId, words: string): Result {
  const { severity, remedy } = FINDINGS[finding]
  return { check, status: severity, finding, words, remedy }
}

/** The worst of all. */
export function verdictOf(results: readonly Result[]): 'ok' | 'warning' | 'problem' {
  const has = (status: Status) => results.some((result) => result.status === status)
  return has('problem') ? 'problem' : has('warning') ? 'warning' : 'ok'
}

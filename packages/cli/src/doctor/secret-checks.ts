import type { SecretFacts, SecretUse } from '@signet/server'
import { plural } from '../output/plural.ts'
import { found, ok, type Result } from './results.ts'

/** Listed secrets behind the first, and rows that need one that is not listed. */
export function judgeOldSecrets({ listed, unlisted }: SecretFacts): Result[] {
  const old = listed.slice(1).map((use, index) => judgeListed(use, index + 2))
  const missing = judgeUnlisted(unlisted)
  if (missing !== null) return [missing, ...old]
  if (old.length > 0) return old
  return [ok('old_secrets', `none is listed, and none is needed${auditNote(unlisted)}`)]
}

function judgeListed({ sessions, keys, auditEntries }: SecretUse, entry: number): Result {
  const name = `entry ${entry} of SIGNET_SECRET`
  if (keys > 0) {
    const words = `${name} still seals ${plural(keys, 'signing key')}, until the next start of an authority`
    return ok('old_secrets', words)
  }
  if (sessions > 0) {
    return ok('old_secrets', `${name} is still needed by ${plural(sessions, 'session')}`)
  }
  if (auditEntries > 0) {
    const words = `${name} is needed by no session and no key any more, but proves ${plural(auditEntries, 'entry', 'entries')} of the audit log: keep it for that, in the list or elsewhere`
    return ok('old_secrets', words)
  }
  return found('old_secrets', 'secret_unused', `${name} is used by nothing any more`)
}

function judgeUnlisted({ sessions, keys, auditEntries }: SecretUse): Result | null {
  if (sessions === 0 && keys === 0) return null
  const effects = [
    ...(keys === 0 ? [] : [`${plural(keys, 'signing key')} cannot be opened: no authority starts`]),
    ...(sessions === 0
      ? []
      : [`${plural(sessions, 'session')} cannot go on: refreshes get 503 secret_unknown`]),
  ]
  const words = `a secret that is not listed is needed: ${effects.join(', ')}`
  return found('old_secrets', 'secret_missing', words + auditNote({ auditEntries }))
}

function auditNote({ auditEntries }: Pick<SecretUse, 'auditEntries'>): string {
  if (auditEntries === 0) return ''
  return `; ${plural(auditEntries, 'entry', 'entries')} of the audit log can only be proven with one that is not listed`
}

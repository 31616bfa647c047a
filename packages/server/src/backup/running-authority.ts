import { paths } from '@signet/guard/protocol'
import { BackupError } from './backup-error.ts'

const TIMEOUT_MS = 1_000

/**
 * Asks at the issuer's address whether an authority is running. Sees none that cannot be reached
 * from here under that address.
 * @throws BackupError `authority_running`
 */
export async function checkNobodyServes(issuer: string): Promise<void> {
  if (!(await isAuthorityAt(issuer))) return
  throw new BackupError(
    'authority_running',
    `an authority is running at ${issuer}: stop every one that uses this database first`,
  )
}

async function isAuthorityAt(issuer: string): Promise<boolean> {
  try {
    const response = await fetch(issuer + paths.live, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    })
    // A proxy or a page that says "back soon" may answer in its place.
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null && 'status' in body && body.status === 'ok'
  } catch {
    // Nobody there, or nobody who speaks as an authority does.
    return false
  }
}

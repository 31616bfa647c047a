import { resolve } from 'node:path'
import type { SettingReader } from './setting-reader.ts'

/** Files in PEM: the certificate with its chain, and its private key. */
export interface TlsPaths {
  readonly certificate: string
  readonly key: string
}

/** Null: TLS is somebody else's, or there is none. */
export function parseTls(
  reader: SettingReader,
  { issuer, workingFolder }: { issuer: string; workingFolder: string },
): TlsPaths | null {
  const [certificate, key] = [reader.text('SIGNET_TLS_CERT'), reader.text('SIGNET_TLS_KEY')]
  if (certificate === null && key === null) return null
  if (certificate === null || key === null) {
    reader.problem('SIGNET_TLS_CERT and SIGNET_TLS_KEY belong together: give both files or none')
    return null
  }
  if (!issuer.startsWith('https:')) {
    reader.problem('SIGNET_ISSUER must be https where SIGNET_TLS_CERT is given')
  }
  return { certificate: resolve(workingFolder, certificate), key: resolve(workingFolder, key) }
}

// What the rest of the authority knows of its keys, wherever they come from: the database
// (stored-keys.ts) or the settings (shared-secrets.ts).
import { createHash } from 'node:crypto'
import type { KeySource } from '@signet/guard'
import { createKeySet, exportJwk, type Key, type KeySet } from '@signet/token'
import type { KeyChanges } from './key-changes.ts'

export interface TokenKeys {
  readonly changes: KeyChanges
  /** For a process that serves: follows the keys until it is closed. @throws StartError */
  open(): Promise<SigningKeys>
  /** What verifies now, for whoever looks once and follows nothing. @throws StartError */
  read(): Promise<KeySet>
}

export interface SigningKeys {
  /** What verifies; the same object until it changes. */
  readonly keySet: KeySet
  readonly published: PublishedKeys
  /** How long the key that signs has done so, by the newest reading; 0: nobody knows. */
  readonly activeAgeSeconds: number
  /** @throws AuthorityError `unavailable` */
  getSigningKey(): Promise<Key>
  /** Learns of what others changed. Where that fails, what was known stays. */
  confirm(): Promise<void>
  /** For how many seconds the published set may be used without asking again. */
  cacheSeconds(): number
  /** For the authority's own guard. */
  createSource(): KeySet | KeySource
  /** Calls `listener` whenever the published set is another one than before. */
  onChange(listener: () => void): void
  close(): Promise<void>
}

/** The key set that everybody may fetch. */
export interface PublishedKeys {
  /** Active, next and retiring public keys; the same object until they change. */
  readonly keySet: KeySet
  /** The key set as JSON text. @see RFC 7517, section 5 */
  readonly json: string
  /** Changes with the text. @see RFC 9110, section 8.8.3 */
  readonly etag: string
}

/** @throws TypeError for a secret, which is never published */
export function publishKeys(keys: readonly Key[]): PublishedKeys {
  const json = JSON.stringify({ keys: keys.map(exportJwk) })
  const hash = createHash('sha256').update(json).digest('base64url')
  return { keySet: createKeySet(keys), json, etag: `"${hash.slice(0, 22)}"` }
}

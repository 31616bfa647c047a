import type { KeySet } from '@signet/token'

export interface KeysHealth {
  readonly count: number
  /** Epoch seconds; null when never fetched or never needed to be. */
  readonly fetchedAt: number | null
  readonly lastError: string | null
}

/** Where an issuer's verification keys come from. */
export interface KeySource {
  /**
   * The keys as they are known now, without waiting. The same object for as long as nothing
   * changed.
   *
   * @throws GuardError `keys_unavailable` when there are none, or none recent enough
   */
  keySet(): KeySet
  /** Resolves when there are keys; rejects when the set-up cannot work. */
  ready(): Promise<void>
  /**
   * A token named a key that nobody knows: look for news, as often as the source thinks right. The
   * id is whatever the token says, unverified; none where it says nothing. Resolves in any case;
   * whether it helped shows in `keySet()`.
   */
  refresh(kid?: string): Promise<void>
  close(): void
  health(): KeysHealth
}

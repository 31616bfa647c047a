// A set of verification keys, looked up by exact key id. It never holds private halves, and never
// symmetric and public keys together: that mixture is what algorithm confusion lives on.
import { KeyError } from '../errors.ts'
import { exportJwk } from '../jwk/export.ts'
import { importJwk } from '../jwk/import.ts'
import type { PublicJwk } from '../jwk/jwk.ts'
import { isKey, type Key, publicKey } from '../jwk/key.ts'
import type { Algorithm } from '../jws/algorithms.ts'

/** A key of a JWK set that was left out, and why. */
export interface SkippedKey {
  /** Position in `keys`, from 0. */
  readonly index: number
  readonly kid?: string
  readonly reason: KeyError
}

// More keys than this in one set is an attack on whoever reads it.
const MAX_KEYS = 1000

export class KeySet {
  readonly #keys: readonly Key[]
  readonly #byKid: ReadonlyMap<string, Key>
  /** The keys of a JWK set that this one does not hold; empty for a set made of keys. */
  readonly skipped: readonly SkippedKey[]

  constructor(keys: readonly Key[], skipped: readonly SkippedKey[]) {
    this.#keys = Object.freeze([...keys])
    this.#byKid = new Map(keys.flatMap((key) => (key.kid === undefined ? [] : [[key.kid, key]])))
    this.skipped = Object.freeze([...skipped])
    Object.freeze(this)
  }

  get size(): number {
    return this.#keys.length
  }

  has(kid: string): boolean {
    return this.#byKid.has(kid)
  }

  /** The key with exactly this id, or null. */
  find(kid: string): Key | null {
    return this.#byKid.get(kid) ?? null
  }

  keys(): readonly Key[] {
    return this.#keys
  }

  static isKeySet(value: unknown): value is KeySet {
    return typeof value === 'object' && value !== null && #keys in value
  }
}

export function isKeySet(value: unknown): value is KeySet {
  return KeySet.isKeySet(value)
}

/** A JWK set as it travels (RFC 7517 5), parsed but not judged. */
export interface JwkSetLike {
  readonly keys: readonly unknown[]
}

export interface KeySetOptions {
  /** For keys of a JWK set that have no `alg`. Without it such keys are skipped. */
  readonly algorithm?: Algorithm
}

/**
 * From keys: every one must fit, private ones enter with their public half, and a key id that
 * occurs twice or a mixture of secrets and public keys is an error.
 *
 * From a JWK set, which may come from elsewhere and be newer than this library: what cannot be
 * used is left out and listed in `skipped`. Of two keys with one id both are left out, private
 * keys too (whoever published them lost them), and secrets next to public keys.
 *
 * @throws KeyError `key_duplicate`, `key_set_mixed`, `key_malformed`
 */
export function createKeySet(
  source: Iterable<Key> | JwkSetLike,
  options: KeySetOptions = {},
): KeySet {
  if (typeof source === 'object' && source !== null && Symbol.iterator in source) {
    return fromKeys([...source])
  }
  const keys: unknown = (source as JwkSetLike | null)?.keys
  if (!Array.isArray(keys)) throw new KeyError('key_malformed', 'a JWK set has an array "keys"')
  if (keys.length > MAX_KEYS) {
    throw new KeyError('key_malformed', 'the JWK set has too many keys', {
      found: `${keys.length}`,
      needed: `at most ${MAX_KEYS}`,
    })
  }
  return fromJwks(keys, options)
}

/**
 * The set as it is published at `jwks_uri`.
 *
 * @throws TypeError when it holds secrets.
 */
export function exportJwks(keySet: KeySet): { keys: PublicJwk[] } {
  return { keys: keySet.keys().map(exportJwk) }
}

function fromKeys(keys: readonly unknown[]): KeySet {
  const seen = new Set<string>()
  const kinds = new Set<boolean>()
  const members = keys.map((key) => {
    if (!isKey(key)) throw new TypeError('createKeySet: not a Key')
    if (key.kid !== undefined && seen.has(key.kid)) {
      throw new KeyError('key_duplicate', 'two keys have this id', { kid: key.kid })
    }
    if (key.kid !== undefined) seen.add(key.kid)
    kinds.add(key.kind === 'secret')
    return key.kind === 'secret' ? key : publicKey(key)
  })
  if (kinds.size > 1) throw new KeyError('key_set_mixed', 'secrets and public keys in one set')
  return new KeySet(members, [])
}

function fromJwks(jwks: readonly unknown[], options: KeySetOptions): KeySet {
  const kidCounts = new Map<string, number>()
  for (const jwk of jwks) {
    const kid = kidOf(jwk)
    if (kid !== undefined) kidCounts.set(kid, (kidCounts.get(kid) ?? 0) + 1)
  }
  const isMixed =
    jwks.some((jwk) => ktyOf(jwk) === 'oct') && jwks.some((jwk) => ktyOf(jwk) !== 'oct')

  const keys: Key[] = []
  const skipped: SkippedKey[] = []
  for (const [index, jwk] of jwks.entries()) {
    const kid = kidOf(jwk)
    try {
      if (kid !== undefined && (kidCounts.get(kid) ?? 0) > 1) {
        throw new KeyError('key_duplicate', 'two keys have this id', { kid })
      }
      if (isMixed && ktyOf(jwk) === 'oct') {
        throw new KeyError('key_set_mixed', 'a secret among public keys', { kid })
      }
      if (ktyOf(jwk) !== 'oct' && hasPrivateMember(jwk)) {
        throw new KeyError('key_use_refused', 'a published private key', { kid })
      }
      keys.push(importPublished(jwk, options))
    } catch (reason) {
      if (!(reason instanceof KeyError)) throw reason
      skipped.push(kid === undefined ? { index, reason } : { index, kid, reason })
    }
  }
  return new KeySet(keys, skipped)
}

function importPublished(jwk: unknown, { algorithm }: KeySetOptions): Key {
  const isBound = memberOf(jwk, 'alg') !== undefined || algorithm === undefined
  return importJwk(jwk, isBound ? {} : { algorithm })
}

function memberOf(jwk: unknown, name: string): unknown {
  if (typeof jwk !== 'object' || jwk === null || !Object.hasOwn(jwk, name)) return undefined
  return (jwk as Record<string, unknown>)[name]
}

function kidOf(jwk: unknown): string | undefined {
  const kid = memberOf(jwk, 'kid')
  return typeof kid === 'string' ? kid : undefined
}

const ktyOf = (jwk: unknown): unknown => memberOf(jwk, 'kty')

function hasPrivateMember(jwk: unknown): boolean {
  return ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].some((n) => memberOf(jwk, n) !== undefined)
}

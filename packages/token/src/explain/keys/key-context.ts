import { isObject } from '../context.ts'
import { readBase64url } from '../read/base64url.ts'
import type { JsonObject } from '../read/token.ts'

/** What rules about keys may look at. */
export interface KeyContext {
  readonly isSet: boolean
  /** The members of `keys`; null for what is no object. */
  readonly keys: readonly (JsonObject | null)[]
  /** Those that are objects, with the way to them. */
  readonly numbered: readonly NumberedKey[]
  /** False when there is a `keys` that is no list. */
  readonly isList: boolean
}

export interface NumberedKey {
  readonly key: JsonObject
  /** The way to it. */
  readonly at: readonly (string | number)[]
}

/** A set is a document for everybody; one key may be anybody's own. */
export function createKeyContext(value: JsonObject): KeyContext {
  if (!Object.hasOwn(value, 'keys')) {
    const numbered = [{ key: value, at: ['key'] }]
    return { isSet: false, keys: [value], numbered, isList: true }
  }
  const list = value['keys']
  if (!Array.isArray(list)) return { isSet: true, keys: [], numbered: [], isList: false }
  const keys = list.map((one) => (isObject(one) ? one : null))
  const numbered = keys.flatMap((key, index) => {
    return key === null ? [] : [{ key, at: ['keys', index] }]
  })
  return { isSet: true, keys, numbered, isList: true }
}

/** The bytes of a member; null when it is no text. */
export function findBytes(key: JsonObject, name: string): Uint8Array | null {
  const text = key[name]
  return typeof text === 'string' ? readBase64url(text).bytes : null
}

/** Length of the number that the bytes are, big end first. */
export function bitLength(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first < 0) return 0
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}

export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv']

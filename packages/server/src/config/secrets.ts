// The master secrets: what they are, how each is named without being shown, and what is derived
// from them. Everything secret that the authority makes hangs on one of these.
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

const NO_SALT = new Uint8Array(0)
const FIRST_BLOCK = Uint8Array.of(1)

/** 32 random bytes kept outside the database. Shows nothing of itself when logged. */
export class MasterSecret {
  /**
   * Names the secret in refresh tokens and rows: 32 bits derived one-way, so knowing it helps
   * nobody. Two secrets of one list that share an id are refused by {@link createSecretRing}.
   */
  readonly id: number
  /** Whether it was typed or counted up rather than made; it cannot be seen of every such secret. */
  readonly isWeak: boolean
  readonly #bytes: Uint8Array
  readonly #purposeKeys = new Map<string, KeyObject>()

  constructor(bytes: Uint8Array) {
    if (bytes.length !== 32) throw new TypeError('a master secret is 32 bytes')
    this.isWeak = isWeak(bytes)
    this.#bytes = Uint8Array.from(bytes)
    this.id = this.derive('signet/secret-id', NO_SALT).readUInt32BE(0)
  }

  /** The one key of this secret for a purpose, derived when it is first asked for. */
  keyFor(purpose: string): KeyObject {
    const known = this.#purposeKeys.get(purpose)
    if (known !== undefined) return known
    const key = createSecretKey(this.derive(purpose, NO_SALT))
    this.#purposeKeys.set(purpose, key)
    return key
  }

  /**
   * 32 bytes for one of many uses of a purpose: HKDF-SHA-256, where `purpose` is the info that
   * separates it from every other, and `salt` separates the uses. @see RFC 5869
   */
  derive(purpose: string, salt: Uint8Array): Buffer {
    // The first block is all there is of 32 bytes. Every refresh waits for this, and hkdfSync takes
    // up to twice as long.
    const extracted = createHmac('sha256', salt).update(this.#bytes).digest()
    return createHmac('sha256', extracted).update(purpose).update(FIRST_BLOCK).digest()
  }
}

/** The configured secrets: the first makes new things, any of them recognises old ones. */
export interface SecretRing {
  readonly current: MasterSecret
  /** In the order of the list, the current one first. */
  readonly all: readonly MasterSecret[]
  find(id: number): MasterSecret | null
}

/** @throws TypeError for an empty list, a repeated secret or two secrets with one id */
export function createSecretRing(secrets: readonly MasterSecret[]): SecretRing {
  const [current] = secrets
  if (current === undefined) throw new TypeError('at least one master secret is needed')
  const byId = new Map(secrets.map((secret) => [secret.id, secret]))
  if (byId.size !== secrets.length) throw new TypeError('a master secret is listed twice')
  return { current, all: secrets, find: (id) => byId.get(id) ?? null }
}

const SECRET_TEXT = /^[A-Za-z0-9_-]{43}$/

/** Reads one secret as `signet secret create` writes it: 32 bytes, base64url; null when it is not. */
export function parseSecret(text: string): MasterSecret | null {
  if (!SECRET_TEXT.test(text)) return null
  const bytes = Buffer.from(text, 'base64url')
  // The last character carries two unused bits: only one spelling of a secret is accepted.
  if (bytes.toString('base64url') !== text) return null
  // A secret of one repeated byte was typed, not made.
  return bytes.every((byte) => byte === bytes[0]) ? null : new MasterSecret(bytes)
}

/**
 * Signs that nobody rolled dice: of 32 random bytes 30 are different, and their text has capitals and
 * small letters. A random secret is taken for a weak one less often than once in 10^9.
 */
function isWeak(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('base64url')
  const steps = new Set(bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0)))
  return (
    new Set(bytes).size < 18 ||
    steps.size < 16 ||
    text === text.toLowerCase() ||
    text === text.toUpperCase() ||
    bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
  )
}

/** A new secret as text: 32 random bytes, base64url. */
export function createSecretText(): string {
  return randomBytes(32).toString('base64url')
}

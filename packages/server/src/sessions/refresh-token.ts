// The refresh token as a value: what it looks like, how it is made, how it is recognised. No rows.
//
//   rt_ base64url( session id 16 | generation 4 | secret id 4 | MAC 32 )
//
// MAC = HMAC-SHA-256 over session id, generation, client and binding, under a key that HKDF makes
// of the master secret and the session's salt. The salt is only in the row, the master secret only
// outside the database: whoever has one of them cannot make a token.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MasterSecret } from '../config/secrets.ts'

const PREFIX = 'rt_'
const BODY_BYTES = 16 + 4 + 4
const TOKEN = /^rt_[A-Za-z0-9_-]{75}$/

/** What a presented token claims. Believe nothing of it before {@link isAuthentic}. */
export interface PresentedToken {
  readonly sessionId: string
  readonly generation: number
  readonly secretId: number
  readonly body: Buffer
  readonly mac: Buffer
}

/** What a token is bound to beyond its own body. */
export interface TokenBinding {
  readonly salt: Uint8Array
  readonly clientId: string
}

/** The token of one generation; the same arguments make the same token. */
export function createRefreshToken(
  secret: MasterSecret,
  session: TokenBinding & { id: string; generation: number },
): string {
  const body = Buffer.alloc(BODY_BYTES)
  sessionIdBytes(session.id).copy(body, 0)
  body.writeUInt32BE(session.generation, 16)
  body.writeUInt32BE(secret.id, 20)
  return PREFIX + Buffer.concat([body, macOf(secret, body, session)]).toString('base64url')
}

/** Null when the text is not of the form of a refresh token. */
export function parseRefreshToken(text: string): PresentedToken | null {
  if (!TOKEN.test(text)) return null
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url')
  // The last character carries two unused bits: only one spelling of a token is accepted.
  if (bytes.toString('base64url') !== text.slice(PREFIX.length)) return null
  const body = bytes.subarray(0, BODY_BYTES)
  return {
    sessionId: `ses_${body.subarray(0, 16).toString('base64url')}`,
    generation: body.readUInt32BE(16),
    secretId: body.readUInt32BE(20),
    body,
    mac: bytes.subarray(BODY_BYTES),
  }
}

/** Whether this authority made the token for this session. Constant time. */
export function isAuthentic(
  presented: PresentedToken,
  secret: MasterSecret,
  binding: TokenBinding,
): boolean {
  return timingSafeEqual(presented.mac, macOf(secret, presented.body, binding))
}

function macOf(secret: MasterSecret, body: Buffer, binding: TokenBinding): Buffer {
  const key = keyOf(secret, binding.salt)
  // The body has a fixed length, so what follows it cannot be mistaken for it.
  return createHmac('sha256', key).update(body).update(binding.clientId, 'utf8').digest()
}

/**
 * A refresh checks one token of a session and makes the next: the key is derived once for both, and
 * forgotten with the salt as it was read.
 */
const keys = new WeakMap<Uint8Array, { secret: MasterSecret; key: Buffer }>()

function keyOf(secret: MasterSecret, salt: Uint8Array): Buffer {
  const known = keys.get(salt)
  if (known?.secret === secret) return known.key
  const key = secret.derive('signet/refresh-token', salt)
  keys.set(salt, { secret, key })
  return key
}

function sessionIdBytes(id: string): Buffer {
  const bytes = Buffer.from(id.slice('ses_'.length), 'base64url')
  if (!id.startsWith('ses_') || bytes.length !== 16) throw new TypeError('not a session id')
  return bytes
}

import { createPrivateKey, sign } from 'node:crypto'
import { exportPrivateJwk, type Key } from '@signet/token'

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

export interface RawToken {
  header?: Record<string, unknown>
  /** A text is taken as it is, anything else as JSON. */
  payload: unknown
}

/** A token of any content with a good ES256 signature: what only a broken issuer would make. */
export function signRaw(key: Key, { header, payload }: RawToken): string {
  const input = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })}.${encode(payload)}`
  const jwk = { ...exportPrivateJwk(key) } as Record<string, string>
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  const signature = sign('sha256', Buffer.from(input), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  })
  return `${input}.${signature.toString('base64url')}`
}

/** Header, payload and signature of a token with some header members replaced, signature kept. */
export function withHeader(token: string, members: Record<string, unknown>): string {
  const [header = '', ...rest] = token.split('.')
  const parsed = JSON.parse(Buffer.from(header, 'base64url').toString()) as object
  return [encode({ ...parsed, ...members }), ...rest].join('.')
}

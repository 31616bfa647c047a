// Tokens to be explained, written by hand. No signature of them was ever made with a key.

export const NOW = 1_800_000_000

export interface Parts {
  /** Members that are added to a sound header; undefined takes one away. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** In place of the JSON text. */
  readonly headerText?: string
  readonly payloadText?: string
  readonly signature?: Uint8Array | string
}

const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1' }
const CLAIMS = {
  iss: 'https://login.example',
  sub: 'acc_1',
  aud: 'orders',
  exp: NOW + 840,
  iat: NOW - 60,
  jti: 'tok_1',
  client_id: 'shop',
  scope: 'orders:read',
}
/** Any bytes that could be r and s. */
export const SIGNATURE = Uint8Array.from({ length: 64 }, (_, index) => index + 1)

/** A token with nothing to be said against it, but for what is asked for. */
export function createToken({
  header,
  claims,
  headerText,
  payloadText,
  signature,
}: Parts = {}): string {
  const parts = [
    encode(headerText ?? JSON.stringify({ ...HEADER, ...header })),
    encode(payloadText ?? JSON.stringify({ ...CLAIMS, ...claims })),
    typeof signature === 'string' ? signature : encode(signature ?? SIGNATURE),
  ]
  return parts.join('.')
}

/** Claims alone, in place of the sound ones. */
export function createBare(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  signature: Uint8Array = SIGNATURE,
): string {
  return createToken({
    headerText: JSON.stringify(header),
    payloadText: JSON.stringify(claims),
    signature,
  })
}

export function createEncrypted(header: Readonly<Record<string, unknown>>): string {
  return `${encode(JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', ...header }))}.AAAA.AAAA.AAAA.AAAA`
}

export function encode(content: string | Uint8Array): string {
  return Buffer.from(content as string).toString('base64url')
}

export function rsaSignature(length = 256): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + 1) & 255)
}

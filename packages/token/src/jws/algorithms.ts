// The one table that knows every algorithm (RFC 7518 3.1, RFC 8037, RFC 9864). `none` is not in
// it, and nothing outside it decides what an algorithm name means.

export interface HmacSpec {
  readonly family: 'hmac'
  readonly kty: 'oct'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  /** Length of the hash's output and the least a secret must have (RFC 7518 3.2). */
  readonly hashBytes: number
  /** Block length of the hash (RFC 2104 B). */
  readonly blockBytes: number
}

export interface RsaSpec {
  readonly family: 'rsa'
  readonly kty: 'RSA'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  readonly padding: 'pkcs1' | 'pss'
  /** PSS salt length, which RFC 7518 3.5 fixes to the hash's output length. */
  readonly hashBytes: number
}

export interface EcSpec {
  readonly family: 'ec'
  readonly kty: 'EC'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  readonly curve: 'P-256' | 'P-384' | 'P-521'
  /** OpenSSL's name of the curve, as KeyObject details tell it. */
  readonly namedCurve: string
  /** Length of one coordinate, and of r and of s (RFC 7518 3.4). */
  readonly coordinateBytes: number
}

export interface OkpSpec {
  readonly family: 'okp'
  readonly kty: 'OKP'
  readonly hash: null
  readonly curves: readonly ('Ed25519' | 'Ed448')[]
}

export type AlgorithmSpec = HmacSpec | RsaSpec | EcSpec | OkpSpec

const hmac = (hash: HmacSpec['hash'], hashBytes: number, blockBytes: number): HmacSpec => ({
  family: 'hmac',
  kty: 'oct',
  hash,
  hashBytes,
  blockBytes,
})

const rsa = (hash: RsaSpec['hash'], padding: RsaSpec['padding'], hashBytes: number): RsaSpec => ({
  family: 'rsa',
  kty: 'RSA',
  hash,
  padding,
  hashBytes,
})

const ec = (spec: Omit<EcSpec, 'family' | 'kty'>): EcSpec => ({ family: 'ec', kty: 'EC', ...spec })

const okp = (...curves: OkpSpec['curves']): OkpSpec => ({
  family: 'okp',
  kty: 'OKP',
  hash: null,
  curves,
})

const TABLE = {
  HS256: hmac('sha256', 32, 64),
  HS384: hmac('sha384', 48, 128),
  HS512: hmac('sha512', 64, 128),
  RS256: rsa('sha256', 'pkcs1', 32),
  RS384: rsa('sha384', 'pkcs1', 48),
  RS512: rsa('sha512', 'pkcs1', 64),
  PS256: rsa('sha256', 'pss', 32),
  PS384: rsa('sha384', 'pss', 48),
  PS512: rsa('sha512', 'pss', 64),
  ES256: ec({ hash: 'sha256', curve: 'P-256', namedCurve: 'prime256v1', coordinateBytes: 32 }),
  ES384: ec({ hash: 'sha384', curve: 'P-384', namedCurve: 'secp384r1', coordinateBytes: 48 }),
  ES512: ec({ hash: 'sha512', curve: 'P-521', namedCurve: 'secp521r1', coordinateBytes: 66 }),
  EdDSA: okp('Ed25519', 'Ed448'),
  Ed25519: okp('Ed25519'),
} as const satisfies Record<string, AlgorithmSpec>

export type Algorithm = keyof typeof TABLE

const SPECS: ReadonlyMap<string, AlgorithmSpec> = new Map(Object.entries(TABLE))

export const ALGORITHMS = Object.keys(TABLE) as readonly Algorithm[]

/** True for the exact names in the table: no other case, no spaces, no other type. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && SPECS.has(name)
}

export function getAlgorithmSpec(algorithm: Algorithm): AlgorithmSpec {
  const spec = SPECS.get(algorithm)
  if (spec === undefined) throw new TypeError(`There is no algorithm ${JSON.stringify(algorithm)}`)
  return spec
}

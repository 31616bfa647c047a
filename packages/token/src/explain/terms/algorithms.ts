// What the names of algorithms say about a token (RFC 7518 3.1, RFC 8037, RFC 8812, RFC 9864).

export interface AlgorithmFacts {
  readonly family: 'hmac' | 'rsa' | 'ec' | 'eddsa'
  readonly words: string
  /** The lengths a signature can have, in bytes; null for RSA, where the key decides. */
  readonly signatureBytes: readonly number[] | null
}

const SHARED = 'Whoever can check it can also make it.'

const hmac = (bits: number): AlgorithmFacts => ({
  family: 'hmac',
  words: `HMAC with SHA-${bits}: made and checked with one shared secret. ${SHARED}`,
  signatureBytes: [bits / 8],
})
const rsa = (bits: number, padding: string): AlgorithmFacts => ({
  family: 'rsa',
  words: `RSA ${padding} with SHA-${bits}: checked with a public key.`,
  signatureBytes: null,
})
const ec = (curve: string, { bits, bytes }: { bits: number; bytes: number }): AlgorithmFacts => ({
  family: 'ec',
  words: `ECDSA on ${curve} with SHA-${bits}: checked with a public key.`,
  signatureBytes: [bytes],
})
const eddsa = (curves: string, signatureBytes: readonly number[]): AlgorithmFacts => ({
  family: 'eddsa',
  words: `EdDSA on ${curves}: checked with a public key.`,
  signatureBytes,
})

export const SIGNATURE_ALGORITHMS: ReadonlyMap<string, AlgorithmFacts> = new Map([
  ['HS256', hmac(256)],
  ['HS384', hmac(384)],
  ['HS512', hmac(512)],
  ['RS256', rsa(256, 'PKCS#1 v1.5')],
  ['RS384', rsa(384, 'PKCS#1 v1.5')],
  ['RS512', rsa(512, 'PKCS#1 v1.5')],
  ['PS256', rsa(256, 'PSS')],
  ['PS384', rsa(384, 'PSS')],
  ['PS512', rsa(512, 'PSS')],
  ['ES256', ec('P-256', { bits: 256, bytes: 64 })],
  ['ES384', ec('P-384', { bits: 384, bytes: 96 })],
  ['ES512', ec('P-521', { bits: 512, bytes: 132 })],
  ['ES256K', ec('secp256k1', { bits: 256, bytes: 64 })],
  ['EdDSA', eddsa('Ed25519 or Ed448', [64, 114])],
  ['Ed25519', eddsa('Ed25519', [64])],
  ['Ed448', eddsa('Ed448', [114])],
])

/** Names that encrypt a content key (RFC 7518 4.1, IANA JOSE); no signature is made with them. */
export const ENCRYPTION_ALGORITHMS: ReadonlySet<string> = new Set([
  'RSA1_5',
  'RSA-OAEP',
  'RSA-OAEP-256',
  'RSA-OAEP-384',
  'RSA-OAEP-512',
  'A128KW',
  'A192KW',
  'A256KW',
  'dir',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
  'A128GCMKW',
  'A192GCMKW',
  'A256GCMKW',
  'PBES2-HS256+A128KW',
  'PBES2-HS384+A192KW',
  'PBES2-HS512+A256KW',
])

export function algorithmWords(name: string): string | null {
  const facts = SIGNATURE_ALGORITHMS.get(name)
  if (facts !== undefined) return facts.words
  if (name.toLowerCase() === 'none') return 'No signature at all: anybody can write such a token.'
  return ENCRYPTION_ALGORITHMS.has(name) ? 'It encrypts the content key.' : null
}

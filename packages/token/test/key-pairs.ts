import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

const AS_TEXT = {
  privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  publicKeyEncoding: { format: 'pem', type: 'spki' },
} as const

interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/**
 * Key pairs that the library did not make, for tests. Generated as text and read again: on Node 20 a
 * generated KeyObject may hang the process when it is exported (see src/jwk/generate.ts).
 */
export const createPair = {
  rsa: (modulusLength: number) => read(generateKeyPairSync('rsa', { modulusLength, ...AS_TEXT })),
  ec: (namedCurve: string) => read(generateKeyPairSync('ec', { namedCurve, ...AS_TEXT })),
  ed25519: () => read(generateKeyPairSync('ed25519', AS_TEXT)),
}

/** The types of the runtime promise KeyObjects here; with both encodings given it answers texts. */
function read({ privateKey, publicKey }: { privateKey: unknown; publicKey: unknown }): KeyPair {
  return {
    privateKey: createPrivateKey(String(privateKey)),
    publicKey: createPublicKey(String(publicKey)),
  }
}

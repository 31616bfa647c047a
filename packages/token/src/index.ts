// What anybody may import of the token library: bytes in, claims out. No network, no storage.
export { parseDuration } from './duration.ts'
export {
  KEY_ERROR_CODES,
  KeyError,
  type KeyErrorCode,
  type KeyErrorDetails,
  TOKEN_ERROR_CODES,
  TokenError,
  type TokenErrorCode,
  type TokenErrorDetails,
} from './errors.ts'
export { exportJwk, exportPem, exportPrivateJwk, exportPrivatePem } from './jwk/export.ts'
export { type GenerateKeyOptions, generateKey } from './jwk/generate.ts'
export {
  type ImportJwkOptions,
  importJwk,
  importKeyObject,
  type KeyOptions,
  secretKey,
} from './jwk/import.ts'
export {
  importPem,
  importPkcs1,
  importPkcs8,
  importSpki,
  importX509,
} from './jwk/import-pem.ts'
export type {
  EcPublicJwk,
  OkpPublicJwk,
  PrivateJwk,
  PublicJwk,
  RsaPrivateJwk,
  RsaPublicJwk,
  SecretJwk,
} from './jwk/jwk.ts'
export { isKey, type Key, type KeyKind, publicKey } from './jwk/key.ts'
export { thumbprint } from './jwk/thumbprint.ts'
export {
  createKeySet,
  exportJwks,
  isKeySet,
  type JwkSetLike,
  type KeySet,
  type KeySetOptions,
  type SkippedKey,
} from './jwks/key-set.ts'
export { ALGORITHMS, type Algorithm, isAlgorithm } from './jws/algorithms.ts'
export type { TokenHeader } from './jws/header.ts'
export type { Claims } from './jwt/claims.ts'
export { decode, type UnverifiedClaims, type UnverifiedToken } from './jwt/decode.ts'
export { createSigner, sign } from './jwt/sign.ts'
export { createAsyncSigner, signAsync } from './jwt/sign-async.ts'
export type { SignOptions, UncheckedClaims } from './jwt/sign-options.ts'
export type { SchemaOutput, StandardSchema } from './jwt/standard-schema.ts'
export { createVerifier, type VerifiedToken, verify } from './jwt/verify.ts'
export { createAsyncVerifier, verifyAsync } from './jwt/verify-async.ts'
export type { VerifierOptions, VerifyOptions } from './jwt/verify-options.ts'

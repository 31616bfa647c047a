import type { Algorithm } from '../jws/algorithms.ts'

interface JwkNames {
  readonly alg: Algorithm
  readonly use: 'sig'
  readonly kid?: string
}

export interface RsaPublicJwk extends JwkNames {
  readonly kty: 'RSA'
  readonly n: string
  readonly e: string
}

export interface EcPublicJwk extends JwkNames {
  readonly kty: 'EC'
  readonly crv: string
  readonly x: string
  readonly y: string
}

export interface OkpPublicJwk extends JwkNames {
  readonly kty: 'OKP'
  readonly crv: string
  readonly x: string
}

/** A JSON Web Key with public members only (RFC 7517, RFC 7518 6, RFC 8037). */
export type PublicJwk = RsaPublicJwk | EcPublicJwk | OkpPublicJwk

export interface SecretJwk extends JwkNames {
  readonly kty: 'oct'
  readonly k: string
}

export interface RsaPrivateJwk extends RsaPublicJwk {
  readonly d: string
  readonly p: string
  readonly q: string
  readonly dp: string
  readonly dq: string
  readonly qi: string
}

/** A JSON Web Key with the members that must stay secret. */
export type PrivateJwk =
  | SecretJwk
  | RsaPrivateJwk
  | (EcPublicJwk & { readonly d: string })
  | (OkpPublicJwk & { readonly d: string })

// What a service may import of the guard; adapters and protocol have doors of their own.
export { authorize, type Needed, type Requirements } from './authorize.ts'
export { type BearerAnswer, createBearerAnswer } from './bearer.ts'
export {
  type FetchRequest,
  findBearerToken,
  type GuardedSource,
  type NodeRequest,
} from './credentials.ts'
export {
  GuardError,
  type GuardErrorCode,
  isRefusal,
  type Refusal,
  type SetupCode,
} from './errors.ts'
export type { GuardEvent } from './events.ts'
export { createGuard, type Guard, type GuardHealth } from './guard.ts'
export type { GuardOptions, SharedOptions } from './guard-options.ts'
export type { ClientCredentials } from './http/client-authentication.ts'
export type { Identity, VerifiedClaims } from './identity.ts'
export type { IdentityEnd } from './identity-watches.ts'
export type { IssuerHealth } from './issuer.ts'
export type { IssuerOptions } from './issuer-options.ts'
export type { KeySource, KeysHealth } from './keys/key-source.ts'
export { parseTokenSecrets } from './keys/token-secrets.ts'
export type { IntrospectionCounts } from './revocation/introspection.ts'
export { RevocationList } from './revocation/revocation-list.ts'
export type {
  RevocationHealth,
  RevocationListener,
  RevocationSource,
  RevocationSubject,
} from './revocation/revocation-source.ts'
export type { OnStale, Route, RouteOptions } from './route.ts'

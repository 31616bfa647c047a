// The words that the authority and every verifier share: claim names, paths, codes with their
// HTTP meaning, and the messages of the revocation feed. Shapes and constants only, no behaviour.

export type { BearerCode, BearerMeaning } from './bearer-codes.ts'
export { BEARER_CODES } from './bearer-codes.ts'
export type { AccessTokenClaims } from './claims.ts'
export { ACCESS_TOKEN_TYPE } from './claims.ts'
export type {
  FeedEvent,
  FeedPage,
  FeedPulse,
  RevocationEntry,
  RevocationKind,
} from './feed.ts'
export { FEED_PULSE_MS, MAX_LEEWAY_SECONDS } from './feed.ts'
export { MAX_KEY_SET_AGE_SECONDS } from './key-set.ts'
export type { Metadata } from './metadata.ts'
export { paths } from './paths.ts'
export type { Problem } from './problem.ts'

import type { Guard } from '@signet/guard'
import type { Accounts } from '../accounts/accounts.ts'
import type { ClientTokens } from '../clients/client-tokens.ts'
import type { Clients } from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { GuessLimits } from '../limits/guess-limits.ts'
import type { Metrics } from '../metrics.ts'
import type { Feed } from '../revocation/feed.ts'
import type { LogTail } from '../revocation/log-tail.ts'
import type { Revocations } from '../revocation/revocations.ts'
import type { AccountChanges } from '../sessions/account-changes.ts'
import type { Ends } from '../sessions/ends.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Issuer } from '../tokens/issuer.ts'

/** What app.ts wires for the routes; each route takes what it needs of it. */
export interface RouteParts {
  readonly config: Config
  readonly clock: Clock
  readonly accounts: Accounts
  readonly guessLimits: GuessLimits
  readonly clients: Clients
  readonly clientTokens: ClientTokens
  readonly sessions: Sessions
  readonly ends: Ends
  readonly accountChanges: AccountChanges
  readonly issuer: Issuer
  readonly keyring: SigningKeys
  readonly revocations: Revocations
  readonly tail: LogTail
  readonly feed: Feed
  readonly guard: Guard
  readonly metrics: Metrics
}

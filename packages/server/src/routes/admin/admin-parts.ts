import type { FastifyRequest } from 'fastify'
import type { Accounts } from '../../accounts/accounts.ts'
import type { Roles } from '../../accounts/roles.ts'
import type { Audit } from '../../audit/audit.ts'
import type { Origin } from '../../audit/audit-entry.ts'
import type { ClientTokens } from '../../clients/client-tokens.ts'
import type { Clients } from '../../clients/clients.ts'
import type { KeyChanges } from '../../keys/key-changes.ts'
import type { AccountChanges } from '../../sessions/account-changes.ts'
import type { Ends } from '../../sessions/ends.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { OwnTokenReader } from '../own-token.ts'

/** What the administration works on, in an authority and at the command line alike. */
export interface AdminParts {
  readonly accounts: Accounts
  readonly roles: Roles
  readonly sessions: Sessions
  readonly ends: Ends
  readonly accountChanges: AccountChanges
  readonly clients: Clients
  readonly clientTokens: ClientTokens
  /** For tokens that an operator shows. */
  readonly readToken: OwnTokenReader
  readonly audit: Audit
  readonly keyChanges: KeyChanges
  /** Who asks; throws when they may not. */
  readonly checkAdmin: (request: FastifyRequest) => Promise<Origin>
}

/** Text that a database can hold: PostgreSQL knows no NUL. */
export const SHORT_TEXT = { type: 'string', maxLength: 320, pattern: '^[^\\u0000]*$' } as const

export const PAGE_QUERY = {
  after: SHORT_TEXT,
  limit: { type: 'string', pattern: '^[1-9][0-9]{0,3}$' },
} as const

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000

/** A query is text: numbers in it are read here, and bounded. */
export function limitOf({ limit }: { limit?: string }): number {
  return Math.min(MAX_LIMIT, limit === undefined ? DEFAULT_LIMIT : Number(limit))
}

export const ID_PARAMS = {
  type: 'object',
  required: ['id'],
  properties: { id: SHORT_TEXT },
} as const

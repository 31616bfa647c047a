// Owns the clients: applications with a secret of their own, what each may have and do, and how all
// tokens of one die. Calls the revocation log and its own store; stamps no token and knows nothing
// of HTTP. What a client gets for its secret: client-tokens.ts.
import { parseName } from '../accounts/name.ts'
import type { AuditDetail, AuditEntry, AuditType, Origin } from '../audit/audit-entry.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { parsePlace, placeAfter } from '../creation-place.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError } from '../errors.ts'
import type { AuditedEvents } from '../events.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { parseScopes } from '../tokens/scopes.ts'
import {
  type Client,
  type ClientTerms,
  createClientId,
  createClientSecret,
  hashClientSecret,
  isClientId,
  isClientSecret,
} from './client.ts'
import {
  deleteClient,
  findClient,
  holdClient,
  insertClient,
  listClients,
  type StoredClient,
  setDisabledAt,
  setSecrets,
  setTerms,
} from './client-store.ts'
import { createClientTokenEnds } from './client-token-ends.ts'

/** A client that has shown its secret. */
export interface AuthenticatedClient {
  readonly client: Client
  /** Epoch seconds just before its row was read: what is stamped by it, is stamped as of then. */
  readonly readAt: number
}

/** A client with a secret that nobody can be told again. */
export interface ClientWithSecret {
  readonly client: Client
  readonly secret: string
}

export interface Clients {
  /**
   * Whose secret this is; null for everything else: no such client, a disabled one, a wrong secret.
   * One row read, and as long for a client that does not exist. Does not look at rights.
   */
  authenticate(credentials: { id: string; secret: string }): Promise<AuthenticatedClient | null>

  /** Keeps in the audit log that somebody did not have the secret of a client. */
  recordRefusal(refused: { id: string; address: string | null }): Promise<void>

  /** @throws AuthorityError `request_invalid`, `audience_unknown` */
  create(terms: ClientTerms, by: Origin): Promise<ClientWithSecret>

  /** @throws AuthorityError `not_found` */
  get(id: string): Promise<Client>

  /**
   * Oldest first, behind the cursor `after`.
   * @throws AuthorityError `request_invalid` for text that is no cursor
   */
  page(page: { after: string | null; limit: number }): Promise<{
    clients: Client[]
    next: string | null
  }>

  /**
   * Other terms. Where a scope, an audience or the right `feed` is taken away, tokens issued so far
   * die and its feeds are closed.
   * @throws AuthorityError `not_found`, `request_invalid`, `audience_unknown`
   */
  change(id: string, terms: Partial<ClientTerms>, by: Origin): Promise<Client>

  /** Nothing works with it any more, and its tokens die. @throws AuthorityError `not_found` */
  disable(id: string, by: Origin): Promise<Client>

  /** @throws AuthorityError `not_found` */
  enable(id: string, by: Origin): Promise<Client>

  /** Forgets it; its tokens die. @throws AuthorityError `not_found` */
  remove(id: string, by: Origin): Promise<void>

  /**
   * A new secret. The one before works beside it until {@link Clients.dropFormerSecret} or the next
   * new one; with `former: 'revoke'` no other works any more, and the client's tokens die.
   * @throws AuthorityError `not_found`
   */
  renewSecret(
    id: string,
    options: { former: 'keep' | 'revoke' },
    by: Origin,
  ): Promise<ClientWithSecret>

  /** The newest secret alone works from here on. @throws AuthorityError `not_found` */
  dropFormerSecret(id: string, by: Origin): Promise<Client>

  /** Every token of the client dies; it can get new ones within 3 s. @throws `not_found` */
  revokeTokens(id: string, by: Origin): Promise<void>
}

const MAX_AUDIENCES = 32

export function createClients(parts: {
  database: Database
  revocations: Revocations
  /** Whom tokens may be for. */
  audiences: readonly string[]
  clock: Clock
  events: AuditedEvents
}): Clients {
  const { database, clock, events } = parts
  const tokenEnds = createClientTokenEnds(parts)

  /** A list without those that the settings do not know, unless the client had them before. */
  function parseAudiences(texts: readonly string[], before: readonly string[] = []): string[] {
    const unknown = texts.find((text) => !parts.audiences.includes(text) && !before.includes(text))
    if (unknown !== undefined) {
      throw new AuthorityError('audience_unknown', {
        detail: 'An audience of a client is one of SIGNET_AUDIENCE.',
        pointer: '/audiences',
      })
    }
    return [...new Set(texts)].sort()
  }

  function parseTerms(terms: ClientTerms, before?: Client): ClientTerms {
    if (terms.audiences.length > MAX_AUDIENCES) {
      throw new AuthorityError('request_invalid', {
        detail: `A client has at most ${MAX_AUDIENCES} audiences.`,
        pointer: '/audiences',
      })
    }
    return {
      name: parseName(terms.name),
      scopes: parseScopes(terms.scopes),
      audiences: parseAudiences(terms.audiences, before?.audiences),
      rights: [...new Set(terms.rights)].sort(),
    }
  }

  async function get(id: string): Promise<Client> {
    const found = isClientId(id) ? await findClient(database, id) : null
    if (found === null) throw new AuthorityError('not_found')
    return found.client
  }

  async function hold(tx: Database, id: string): Promise<StoredClient> {
    const found = isClientId(id) ? await holdClient(tx, id) : null
    if (found === null) throw new AuthorityError('not_found')
    return found
  }

  /**
   * One change of a client: what it is held for, its tokens where they end by it, and the audit log,
   * in one transaction. Answers the client as it is then.
   */
  async function change(
    id: string,
    by: Origin,
    apply: (tx: Database, held: StoredClient) => Promise<Change>,
  ): Promise<Client> {
    const done = await database.transaction(async (tx) => {
      const held = await hold(tx, id)
      const { type, detail = {}, endsTokens = false } = await apply(tx, held)
      const before = endsTokens ? await tokenEnds.end(tx, id) : null
      const { client } = (await findClient(tx, id)) ?? held
      await events.record(tx, [entryFor(type, { id, by, detail })])
      return { before, client }
    })
    if (done.before !== null) await tokenEnds.confirm(id, done.before)
    return done.client
  }

  return {
    async authenticate({ id, secret }) {
      const readAt = epochSeconds(clock)
      const found = isClientId(id) ? await findClient(database, id) : null
      const matches = isClientSecret(secret, found?.hashes ?? null)
      if (found === null || !matches || found.client.disabledAt !== null) return null
      return { client: found.client, readAt }
    },

    async recordRefusal({ id, address }) {
      const by = { actor: null, address }
      const entry = entryFor('client_refused', { id: isClientId(id) ? id : null, by })
      await database.transaction((tx) => events.record(tx, [{ ...entry, result: 'refused' }]))
    },

    async create(terms, by) {
      const parsed = parseTerms(terms)
      const id = createClientId()
      const secret = createClientSecret()
      const secretHash = hashClientSecret(secret)
      await database.transaction(async (tx) => {
        await insertClient(tx, { ...parsed, id, createdAt: epochSeconds(clock), secretHash })
        await events.record(tx, [entryFor('client_created', { id, by, detail: detailOf(parsed) })])
      })
      return { client: await get(id), secret }
    },

    get,

    async page({ after, limit }) {
      const place = after === null ? null : parsePlace(after)
      const clients = await listClients(database, { after: place, limit })
      return { clients, next: placeAfter(clients, limit) }
    },

    change: (id, terms, by) =>
      change(id, by, async (tx, { client }) => {
        const parsed = parseTerms({ ...client, ...terms }, client)
        await setTerms(tx, id, parsed)
        // Other rights are asked of its row each time; off the feed a client is cut by the log.
        const losesFeed = client.rights.includes('feed') && !parsed.rights.includes('feed')
        const endsTokens =
          losesFeed ||
          takesAway(client.scopes, parsed.scopes) ||
          takesAway(client.audiences, parsed.audiences)
        return { type: 'client_changed', detail: detailOf(parsed), endsTokens }
      }),

    disable: (id, by) =>
      change(id, by, async (tx) => {
        await setDisabledAt(tx, id, epochSeconds(clock))
        return { type: 'client_disabled', endsTokens: true }
      }),

    enable: (id, by) =>
      change(id, by, async (tx) => {
        await setDisabledAt(tx, id, null)
        return { type: 'client_enabled' }
      }),

    async remove(id, by) {
      await change(id, by, async (tx) => {
        await deleteClient(tx, id)
        return { type: 'client_deleted', endsTokens: true }
      })
    },

    async renewSecret(id, { former }, by) {
      const secret = createClientSecret()
      const client = await change(id, by, async (tx, { hashes }) => {
        await setSecrets(tx, id, {
          current: hashClientSecret(secret),
          former: former === 'keep' ? hashes.current : null,
          changedAt: epochSeconds(clock),
        })
        const endsTokens = former === 'revoke'
        return { type: 'client_secret_renewed', detail: { former }, endsTokens }
      })
      return { client, secret }
    },

    dropFormerSecret: (id, by) =>
      change(id, by, async (tx, { client, hashes }) => {
        const { secretChangedAt: changedAt } = client
        await setSecrets(tx, id, { current: hashes.current, former: null, changedAt })
        return { type: 'client_secret_dropped' }
      }),

    async revokeTokens(id, by) {
      await change(id, by, async () => ({ type: 'client_tokens_revoked', endsTokens: true }))
    },
  }
}

/** What a change was, for the audit log, and whether the tokens of before die by it. */
interface Change {
  readonly type: AuditType
  readonly detail?: AuditDetail
  readonly endsTokens?: boolean
}

function takesAway(from: readonly string[], to: readonly string[]): boolean {
  return from.some((one) => !to.includes(one))
}

function detailOf({ scopes, audiences, rights }: ClientTerms): AuditDetail {
  return { scopes: scopes.join(' '), audiences: audiences.join(' '), rights: rights.join(' ') }
}

function entryFor(
  type: AuditType,
  about: { id: string | null; by: Origin; detail?: AuditDetail },
): AuditEntry {
  const { id, by, detail } = about
  return {
    type,
    result: 'done',
    ...by,
    accountId: null,
    sessionId: null,
    detail: id === null ? null : { client: id, ...detail },
  }
}

// Histories told over HTTP to three processes of an authority on one database.
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  AuthorityClient,
  Answer as HttpAnswer,
  TestDatabase,
  TokenAnswer,
} from '@signet/testkit'
import { decode } from '@signet/token'
import type { Answer, Operation } from '../model/session-model.ts'
import { proveHistories, type SessionFacts, type Subject, type World } from './histories.ts'
import { type Processes, startProcesses } from './processes.ts'
import { openProofDatabase } from './proof-database.ts'
import type { ProofRun } from './proof-run.ts'

const [FIRST_PASSWORD, NEXT_PASSWORD] = ['correct horse battery', 'another horse battery']
const DAY = 86_400

export const proveHttpHistories = (run: ProofRun) => proveHistories(run, openHttpWorld)

async function openHttpWorld(run: ProofRun): Promise<World> {
  const opened = await openProofDatabase(run)
  // The parent repeats within its second and repairs after it.
  const processes = await startProcesses(opened.database, { SIGNET_REFRESH_GRACE: '0s' })
  let people = 0
  return {
    limits: { graceSeconds: 0, idleSeconds: 7 * DAY, sessionSeconds: 30 * DAY },
    // Operators do these, by other ways than HTTP.
    lacks: ['disable', 'enable', 'change-roles'],
    nowSeconds: () => Math.floor(Date.now() / 1000),
    pause: (random) => sleep(random.below(12)),
    passTime: () => {},
    open: () => openSubject({ processes, database: opened.database, person: people++ }),
    async [Symbol.asyncDispose]() {
      await processes[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

async function openSubject(parts: {
  processes: Processes
  database: TestDatabase
  person: number
}): Promise<Subject> {
  const { processes, database } = parts
  const email = `person-${parts.person}@example.com`
  let turn = parts.person
  /** Every request goes to the next process. */
  const next = (): AuthorityClient => {
    const { all } = processes
    return (all[turn++ % all.length] ?? all[0]).client
  }
  // Another session of the account, from which all sessions are ended and the password is changed.
  const { body: another } = await next().signup(email, FIRST_PASSWORD)
  const pairs = new Map<number, TokenAnswer>()
  let newest: TokenAnswer | null = null

  function accept(pair: TokenAnswer): Answer {
    const generation = generationOf(pair)
    const same = pairs.get(generation)
    if (same !== undefined && same.refreshToken !== pair.refreshToken) {
      throw new Error('one generation has two tokens')
    }
    pairs.set(generation, pair)
    newest = pair
    const { ver } = decode(pair.accessToken).claims
    return { kind: 'granted', generation, tokenVersion: Number(ver) }
  }

  function ask(operation: Operation): Promise<HttpAnswer<Partial<TokenAnswer>>> {
    const client = next()
    const { accessToken } = another
    switch (operation.kind) {
      case 'login':
        return client.login(email, FIRST_PASSWORD)
      case 'refresh':
        return client.refresh(pairs.get(operation.generation)?.refreshToken ?? '')
      case 'logout':
        return logout(client)
      case 'end-all':
        return client.call('/api/sessions', { method: 'DELETE', token: accessToken })
      case 'change-password':
        return client.call('/api/password', {
          method: 'PUT',
          token: operation.by === 'this' ? (newest?.accessToken ?? accessToken) : accessToken,
          body: { currentPassword: FIRST_PASSWORD, newPassword: NEXT_PASSWORD },
        })
      default:
        throw new RangeError(`there is no ${operation.kind} over HTTP`)
    }
  }

  function logout(client: AuthorityClient): Promise<HttpAnswer> {
    // Nobody has the session yet: somebody else's is ended, which changes nothing here.
    if (newest === null) return client.call('/health/live')
    return turn % 2 === 0
      ? client.logout(newest.accessToken)
      : client.call('/logout', { body: { refreshToken: newest.refreshToken } })
  }

  return {
    async perform(operation) {
      const { status, body } = await ask(operation)
      const { code = '' } = body as { code?: string }
      if (status < 300) {
        return body.refreshToken === undefined ? { kind: 'done' } : accept(body as TokenAnswer)
      }
      // An access token whose session is over opens nothing, and nothing was done.
      if (status === 503 || code.startsWith('token_')) return null
      if (status >= 500) throw new Error(`answered ${status} ${code}`)
      return { kind: 'refused', code }
    },

    async find(): Promise<SessionFacts | null> {
      if (newest === null) return null
      const { sid } = decode(newest.accessToken).claims
      const [row] = await database.query(
        `select generation, parent, token_version, ended_at from sessions where id = '${sid}'`,
      )
      const entries = await database.query(
        `select below from revocations where subject_id = '${sid}'`,
      )
      if (row === undefined) return null
      const below = entries.flatMap((entry) => (entry['below'] === null ? [] : [entry['below']]))
      return {
        generation: Number(row['generation']),
        parent: row['parent'] === null ? null : Number(row['parent']),
        tokenVersion: Number(row['token_version']),
        isEnded: row['ended_at'] !== null,
        ends: entries.length - below.length,
        below: below.map(Number),
      }
    },
  }
}

function generationOf({ refreshToken }: TokenAnswer): number {
  return Buffer.from(refreshToken.slice(3), 'base64url').readUInt32BE(16)
}

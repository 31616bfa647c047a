// Histories told to the verbs themselves, in this process: thousands in the time of a few over HTTP.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { OPERATOR } from '../../src/audit/audit-entry.ts'
import type { Grant } from '../../src/sessions/grants.ts'
import { findSession } from '../../src/sessions/session-store.ts'
import type { Answer, Operation } from '../model/session-model.ts'
import { proveHistories, type SessionFacts, type Subject, type World } from './histories.ts'
import type { ProofRun } from './proof-run.ts'
import { codeOf, LIMITS, openSessionParts, type SessionParts } from './session-parts.ts'

const [FIRST_PASSWORD, NEXT_PASSWORD] = ['correct horse battery', 'another horse battery']

/** Refusals that a model answers for; others are failures that may have done anything. */
const FAILURES = new Set(['unavailable', 'overloaded'])

export const proveVerbHistories = (run: ProofRun) => proveHistories(run, openVerbsWorld)

async function openVerbsWorld(run: ProofRun): Promise<World> {
  const parts = await openSessionParts(run)
  const { clock, database } = parts
  return {
    limits: LIMITS,
    lacks: [],
    nowSeconds: parts.nowSeconds,
    async pause(random) {
      // SQLite answers within the turn, PostgreSQL takes its time.
      if (database.kind === 'postgres') await sleep(random.below(4))
      else for (let turn = random.below(40); turn > 0; turn--) await Promise.resolve()
    },
    passTime: (random) => clock.advance(random.pick([1, 9, 10, 11, 12, 3_600, 86_400 * 3])),
    open: () => openSubject(parts),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  }
}

async function openSubject(parts: SessionParts): Promise<Subject> {
  const { ends, changes, database, accounts } = parts
  const person = await parts.createPerson(FIRST_PASSWORD)
  const { cursor } = await lastPage(parts, '')
  const grants: Grant[] = []
  let id = 'ses_none'

  /** One generation has one token, and one access token at a time. */
  function accept(grant: Grant): Answer {
    const { generation, tokenVersion } = grant.session
    const same = grants.find(({ session }) => session.generation === generation)
    if (same !== undefined) {
      assert.equal(grant.refreshToken, same.refreshToken, 'one generation, one token')
      assert.equal(grant.token.id, same.token.id)
    }
    grants.push(grant)
    id = grant.session.id
    return { kind: 'granted', generation, tokenVersion }
  }

  async function act(operation: Operation): Promise<Answer> {
    switch (operation.kind) {
      case 'login':
        return accept(await parts.login(person))
      case 'refresh': {
        const held = grants.find(({ session }) => session.generation === operation.generation)
        return accept(await parts.refresh(held?.refreshToken ?? ''))
      }
      case 'logout':
        await ends.close({ sessions: [{ id }], reason: 'logout', by: OPERATOR })
        break
      case 'end-all':
        await changes.closeAll({ accountId: person.id, reason: 'owner', by: OPERATOR })
        break
      case 'disable':
        await changes.disable(person.id, OPERATOR)
        break
      case 'enable':
        await changes.enable(person.id, OPERATOR)
        break
      case 'change-roles':
        await changes.changeRoles(person.id, { add: [operation.role], remove: [] }, OPERATOR)
        break
      case 'change-password':
        await changes.changePassword({
          accountId: person.id,
          sessionId: operation.by === 'this' ? id : 'ses_another',
          currentPassword: FIRST_PASSWORD,
          newPassword: NEXT_PASSWORD,
          by: OPERATOR,
          checkStillWanted: () => {},
        })
    }
    return { kind: 'done' }
  }

  return {
    async perform(operation) {
      try {
        return await act(operation)
      } catch (error) {
        const code = codeOf(error)
        return FAILURES.has(code) ? null : { kind: 'refused', code }
      }
    },

    async find(): Promise<SessionFacts | null> {
      const session = await findSession(database, id)
      if (session === null) return null
      const { entries } = await lastPage(parts, cursor)
      const own = entries.filter((entry) => entry.id === id)
      const isEnded = session.endedAt !== null
      // No living token has less than the last of the tokens that were let out, nor roles of before.
      const last = Math.max(...grants.map(({ token }) => token.expiresAt))
      for (const entry of own) {
        if (entry.below === undefined) assert.ok((entry.expiresAt ?? 0) >= last + 60)
      }
      const { roles } = await accounts.get(person.id)
      for (const grant of isEnded ? [] : grants) {
        if (grant.session.tokenVersion < session.tokenVersion) continue
        assert.deepEqual(grant.account.roles, roles, 'a living token carries the roles of now')
      }
      return {
        generation: session.generation,
        parent: session.parent,
        tokenVersion: session.tokenVersion,
        isEnded,
        ends: own.filter(({ below }) => below === undefined).length,
        below: own.flatMap(({ below }) => (below === undefined ? [] : [below])),
      }
    },
  }
}

/** What follows a cursor; from the beginning only its end is of interest. */
async function lastPage({ revocations }: SessionParts, after: string) {
  if (after !== '') return revocations.pageAfter(after)
  const { epoch, sequence } = await revocations.head()
  return { cursor: `${epoch}.${sequence}`, entries: [] }
}

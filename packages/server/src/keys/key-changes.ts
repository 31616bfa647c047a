// Changes signing keys: what the plan says is due, and what operators want. Every change is one
// transaction under one lock, which judges the keys as they are then: of many processes that try
// the same one does it. What a process knows of the keys and signs with: keyring.ts.
import { type Algorithm, exportJwk, exportPrivateJwk, type Key, publicKey } from '@signet/token'
import type { AuditEntry, AuditType, Origin } from '../audit/audit-entry.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { readDatabaseSeconds } from '../db/database-clock.ts'
import { AuthorityError } from '../errors.ts'
import type { AuditedEvents } from '../events.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { readImportedKey } from './imported-key.ts'
import { kidOf } from './key-id.ts'
import {
  announceSecondsOf,
  type KeyChange,
  type KeyFacts,
  type KeyRules,
  planKeys,
} from './key-plan.ts'
import {
  deleteKey,
  insertKey,
  listKeyFacts,
  listSealedKeys,
  lockKeys,
  setKey,
} from './key-store.ts'
import { openKey } from './open-keys.ts'
import { sealKey } from './sealed-key.ts'
import { algorithmsMissing, KeysMissing, makeKey } from './spare-keys.ts'

export interface KeyChanges {
  readonly rules: KeyRules
  /** The keys as they are, oldest first, and what time it is for them. */
  list(): Promise<{ keys: KeyFacts[]; now: number }>

  /**
   * Does what is due. Several processes may do this at once and end up with the same keys. With
   * `isStart` the algorithm of the settings is what comes next.
   */
  advance(options?: { isStart?: boolean }): Promise<void>

  /** The next key takes over as soon as no cache can be without it: at once, or when it is. */
  rotate(by: Origin): Promise<void>

  /**
   * Takes a key out of use for ever: the next one signs from here on, and every verifier that
   * follows the log refuses all tokens of the key. Sessions live on.
   * @throws AuthorityError `not_found`
   */
  revoke(kid: string, by: Origin): Promise<void>

  /**
   * A private key of the operator's becomes the next one, in the place of that which waited there.
   * `algorithm` is needed where the key does not name it. Answers its id.
   * @throws AuthorityError `key_unusable`, `key_known`
   */
  importKey(key: { jwk: object; algorithm?: Algorithm | undefined }, by: Origin): Promise<string>
}

/** A bound: each attempt makes the keys that the one before it missed. */
const MAX_ATTEMPTS = 10

const NOBODY: Origin = { actor: null, address: null }

export interface KeyChangesParts {
  readonly database: Database
  readonly secrets: SecretRing
  readonly revocations: Revocations
  readonly rules: KeyRules
  readonly clock: Clock
  readonly events: AuditedEvents
}

export function createKeyChanges(parts: KeyChangesParts): KeyChanges {
  const { database, secrets, revocations, rules, clock, events } = parts
  /** One clock for all processes; those on one SQLite file share a machine. */
  async function readNow(db: Database): Promise<number> {
    return db.kind === 'sqlite' ? epochSeconds(clock) : readDatabaseSeconds(db)
  }

  /**
   * `first`, and then all that the plan says to the keys as they are after it. Keys are made outside
   * of the transaction: an RSA key takes long, and everybody waits for a transaction.
   */
  async function change(options: { first?: Step; isStart?: boolean } = {}): Promise<boolean> {
    const spares: Key[] = []
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        return await database.transaction((tx) => perform(tx, [...spares], options))
      } catch (error) {
        if (!(error instanceof KeysMissing)) throw error
        for (const algorithm of error.algorithms) spares.push(await makeKey(algorithm))
      }
    }
    throw new AuthorityError('overloaded', { message: 'the keys changed under every attempt' })
  }

  async function perform(
    tx: Database,
    spares: Key[],
    { first, isStart = false }: { first?: Step; isStart?: boolean },
  ): Promise<boolean> {
    await lockKeys(tx)
    const now = await readNow(tx)
    const started =
      first === undefined ? NOTHING : await first(tx, { now, keys: await listKeyFacts(tx) })
    const changes = planKeys(await listKeyFacts(tx), { rules, now, isStart })
    const missing = algorithmsMissing(changes, spares)
    if (missing.length > 0) throw new KeysMissing(missing)
    for (const one of changes) await apply(tx, one, { now, spares })
    await revocations.record(
      tx,
      started.revoked.map((id) => ({ kind: 'key', id, expiresAt: null })),
    )
    await events.record(tx, [...started.entries, ...entriesOf(changes)])
    return changes.length > 0
  }

  async function apply(
    tx: Database,
    change: KeyChange,
    { now, spares }: { now: number; spares: Key[] },
  ): Promise<void> {
    switch (change.type) {
      case 'announced':
        return setKey(tx, change.kid, { announced_at: now })
      case 'retired':
        return setKey(tx, change.kid, { retired_at: now })
      case 'lengthen':
        return setKey(tx, change.kid, {
          announce_seconds: change.announceSeconds,
          token_seconds: change.tokenSeconds,
        })
      case 'activate':
        return setKey(tx, change.kid, {
          state: 'active',
          activated_at: now,
          token_seconds: rules.accessTtlSeconds,
        })
      case 'retire':
        return retire(tx, change.kid)
      case 'remove':
        return deleteKey(tx, change.kid)
      case 'create': {
        const { state, algorithm } = change
        const place = spares.findIndex((key) => key.algorithm === algorithm)
        const [key] = spares.splice(place, 1)
        if (key === undefined) throw new Error('a key was planned that was not made')
        return insert(tx, key, { state, now })
      }
    }
  }

  /** What signs no more keeps its public half alone. */
  async function retire(tx: Database, kid: string): Promise<void> {
    const row = (await listSealedKeys(tx)).find((sealed) => sealed.kid === kid)
    if (row === undefined) throw new Error('a key to retire is not there')
    const jwk = exportJwk(publicKey(openKey(row, secrets)))
    await setKey(tx, kid, {
      state: 'retiring',
      sealed_jwk: sealKey(secrets.current, kid, jwk),
      secret_id: secrets.current.id,
    })
  }

  async function insert(
    tx: Database,
    key: Key,
    { state, now }: { state: 'next' | 'active'; now: number },
  ): Promise<void> {
    const kid = kidOf(key)
    await insertKey(tx, {
      kid,
      algorithm: key.algorithm,
      state,
      sealed: sealKey(secrets.current, kid, exportPrivateJwk(key)),
      secretId: secrets.current.id,
      createdAt: now,
      activatedAt: state === 'active' ? now : null,
      announceSeconds: announceSecondsOf(rules),
      tokenSeconds: rules.accessTtlSeconds,
    })
  }

  /** Until nothing is due: what one change brought about is noted by the one behind it. */
  async function advance(options: { isStart?: boolean } = {}): Promise<void> {
    for (let round = 0; round < MAX_ATTEMPTS; round++) {
      if (!(await change(options))) return
    }
  }

  return {
    rules,
    advance,

    async list() {
      return { keys: await listKeyFacts(database), now: await readNow(database) }
    },

    async rotate(by) {
      await change({
        first: async (tx, { keys, now }) => {
          const active = keys.find(({ state }) => state === 'active')
          if (active === undefined) return NOTHING
          await setKey(tx, active.kid, { due_at: now })
          const detail = { kid: active.kid }
          return { revoked: [], entries: [entryOf('key_rotation_wanted', detail, by)] }
        },
      })
      await advance()
    },

    async revoke(kid, by) {
      await change({
        first: async (tx, { keys, now }) => {
          const key = keys.find((one) => one.kid === kid)
          if (key === undefined) throw new AuthorityError('not_found')
          if (key.state === 'revoked') return NOTHING
          await setKey(tx, kid, {
            state: 'revoked',
            revoked_at: now,
            sealed_jwk: new Uint8Array(0),
          })
          const detail = { kid, state: key.state }
          return { revoked: [kid], entries: [entryOf('key_revoked', detail, by)] }
        },
      })
      await advance()
    },

    async importKey({ jwk, algorithm }, by) {
      const key = readImportedKey(jwk, { algorithm, wanted: rules.algorithm })
      const kid = kidOf(key)
      await change({
        first: async (tx, { keys, now }) => {
          const isKnown = keys.some((one) => one.kid === kid)
          if (isKnown || (await revocations.hasKey(tx, kid))) {
            throw new AuthorityError('key_known')
          }
          const waiting = keys.find(({ state }) => state === 'next')
          if (waiting !== undefined) await deleteKey(tx, waiting.kid)
          await insert(tx, key, { state: 'next', now })
          const detail = { kid, algorithm: key.algorithm }
          return { revoked: [], entries: [entryOf('key_imported', detail, by)] }
        },
      })
      await advance()
      return kid
    },
  }
}

interface Started {
  readonly revoked: readonly string[]
  readonly entries: readonly AuditEntry[]
}

type Step = (tx: Database, at: { keys: readonly KeyFacts[]; now: number }) => Promise<Started>

const NOTHING: Started = { revoked: [], entries: [] }

/** What the plan did, for the audit log. */
function entriesOf(changes: readonly KeyChange[]): AuditEntry[] {
  const retired = changes.find(({ type }) => type === 'retire')
  return changes.flatMap((change) => {
    if (change.type === 'remove') return [entryOf('key_removed', { kid: change.kid }, NOBODY)]
    if (change.type !== 'activate') return []
    const from = retired?.type === 'retire' ? { from: retired.kid } : {}
    return [entryOf('key_rotated', { ...from, to: change.kid }, NOBODY)]
  })
}

function entryOf(type: AuditType, detail: Record<string, string>, by: Origin): AuditEntry {
  return { type, result: 'done', ...by, accountId: null, sessionId: null, detail }
}

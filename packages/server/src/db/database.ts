// The handle through which every store speaks: queries now, or queries in a transaction with
// something to do after its commit. The same type in both, so a store does not know which it is in.
import type { Kysely } from 'kysely'
import type { Schema } from './schema/schema.ts'

/** How long the database may be waited for: while a program starts, or while requests wait too. */
export type Patience = 'starting' | 'serving'

export type DatabaseKind = 'sqlite' | 'postgres'

interface DatabaseParts {
  readonly query: Kysely<Schema>
  readonly kind: DatabaseKind
  readonly setPatience: (patience: Patience) => void
}

interface LockableQuery {
  forShare(): unknown
  forUpdate(): unknown
}

export class Database {
  readonly kind: DatabaseKind
  readonly query: Kysely<Schema>
  readonly #parts: DatabaseParts
  /** The hooks of the transaction this handle stands in; null outside of one. */
  readonly #afterCommit: (() => void)[] | null

  constructor(parts: DatabaseParts, afterCommit: (() => void)[] | null = null) {
    this.kind = parts.kind
    this.query = parts.query
    this.#parts = parts
    this.#afterCommit = afterCommit
  }

  /**
   * Runs `work` in one transaction: all of it or nothing. On SQLite writers wait for one another
   * before `work` begins; on PostgreSQL each statement sees what was committed before it (READ
   * COMMITTED), so what must not change meanwhile is read with {@link Database.locking}. Locks are
   * taken in one order: accounts, sessions by id, the head of the revocation log. Inside a
   * transaction it joins the one that is open.
   * `work` must await nothing but queries: everybody may be waiting for it.
   * @throws DatabaseError when the database fails or another process keeps it locked
   */
  async transaction<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    if (this.#afterCommit !== null) return work(this)
    const afterCommit: (() => void)[] = []
    const result = await this.query
      .transaction()
      .execute((query) => work(new Database({ ...this.#parts, query }, afterCommit)))
    for (const hook of afterCommit) hook()
    return result
  }

  /**
   * `hook` runs once the transaction is durable, and never when it is rolled back. It must not
   * throw. Outside a transaction it runs at once.
   */
  onCommit(hook: () => void): void {
    if (this.#afterCommit === null) hook()
    else this.#afterCommit.push(hook)
  }

  /**
   * The same query, whose rows nobody changes until this transaction ends: `share` keeps writers
   * away, `update` other lockers too. On SQLite a transaction is alone anyway.
   */
  locking<Query extends LockableQuery>(query: Query, mode: 'share' | 'update'): Query {
    if (this.kind === 'sqlite') return query
    return (mode === 'share' ? query.forShare() : query.forUpdate()) as Query
  }

  setPatience(patience: Patience): void {
    this.#parts.setPatience(patience)
  }

  async close(): Promise<void> {
    await this.query.destroy()
  }
}

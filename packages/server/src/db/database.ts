// The handle through which every store speaks: queries now, or queries in a transaction with
// something to do after its commit. The same type in both, so a store does not know which it is in.
import type { Kysely } from 'kysely'
import type { Schema } from './schema/schema.ts'

interface DatabaseParts {
  readonly query: Kysely<Schema>
  readonly setLockTimeout: (ms: number) => void
}

export class Database {
  readonly query: Kysely<Schema>
  readonly #parts: DatabaseParts
  /** The hooks of the transaction this handle stands in; null outside of one. */
  readonly #afterCommit: (() => void)[] | null

  constructor(parts: DatabaseParts, afterCommit: (() => void)[] | null = null) {
    this.query = parts.query
    this.#parts = parts
    this.#afterCommit = afterCommit
  }

  /**
   * Runs `work` in one transaction: all of it or nothing. On SQLite writers wait for one another
   * before `work` begins. Inside a transaction it joins the one that is open.
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

  /** How long a statement may wait for another process that is writing. */
  setLockTimeout(ms: number): void {
    this.#parts.setLockTimeout(ms)
  }

  async close(): Promise<void> {
    await this.query.destroy()
  }
}

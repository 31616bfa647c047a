// The handle through which every store speaks: queries now, or queries in a transaction with
// something to do after its commit. The same type in both, so a store does not know which it is in.
import type { Kysely } from 'kysely'
import type { Schema } from './schema/schema.ts'

export class Database {
  readonly query: Kysely<Schema>
  /** The hooks of the transaction this handle stands in; null outside of one. */
  readonly #afterCommit: (() => void)[] | null

  constructor(query: Kysely<Schema>, afterCommit: (() => void)[] | null = null) {
    this.query = query
    this.#afterCommit = afterCommit
  }

  /**
   * Runs `work` in one transaction: all of it or nothing. Writers wait for one another before
   * `work` begins. Inside a transaction it joins the one that is open.
   * `work` must await nothing but queries: on SQLite everybody waits for it.
   */
  async transaction<T>(work: (tx: Database) => Promise<T>): Promise<T> {
    if (this.#afterCommit !== null) return work(this)
    const afterCommit: (() => void)[] = []
    const result = await this.query
      .transaction()
      .execute((query) => work(new Database(query, afterCommit)))
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

  async close(): Promise<void> {
    await this.query.destroy()
  }
}

// The one connection to an SQLite file and everybody who shares it: transactions, one after the
// other, and single statements between them. Putting a commit on disk takes longer than everything
// else, so what is written in one turn of the event loop shares one, transactions as savepoints; and
// single reads that come in one turn are done in one go, because SQLite's code is cold whenever
// something else ran before it.
import type {
  CompiledQuery as Compiled,
  DatabaseConnection,
  Dialect,
  Driver,
  QueryResult,
  RootOperationNode,
} from 'kysely'
import { SqliteDialect } from './query-builder.ts'
import type { DatabaseUse, SqliteConnection } from './sqlite-runtime.ts'

/**
 * SQLite over one open file. A single statement is alone in what it does and fails alone; it is
 * answered once what it wrote, or saw, is on disk. A commit that fails fails all who share it.
 */
export function createSqliteDialect(sqlite: SqliteConnection, use: DatabaseUse): Dialect {
  return new FileDialect(new SharedFile(sqlite, use), sqlite)
}

class FileDialect extends SqliteDialect {
  readonly #file: SharedFile

  constructor(file: SharedFile, database: SqliteConnection) {
    super({ database })
    this.#file = file
  }

  override createDriver(): Driver {
    return createDriver(this.#file)
  }
}

function createDriver(file: SharedFile): Driver {
  return {
    async init() {},
    acquireConnection: async () => new SharedConnection(file),
    beginTransaction: (connection) => asShared(connection).begin(),
    commitTransaction: (connection) => asShared(connection).commit(),
    rollbackTransaction: (connection) => asShared(connection).rollback(),
    releaseConnection: async () => {},
    destroy: async () => file.close(),
  }
}

function asShared(connection: DatabaseConnection): SharedConnection {
  if (connection instanceof SharedConnection) return connection
  throw new TypeError('the connection is of another driver')
}

/** The file as one borrower sees it: of the transaction it began, or of nobody. */
class SharedConnection implements DatabaseConnection {
  readonly #file: SharedFile
  #transaction: Transaction | null = null

  constructor(file: SharedFile) {
    this.#file = file
  }

  async begin(): Promise<void> {
    this.#transaction = await this.#file.begin()
  }

  /** Resolves when it is on disk. */
  async commit(): Promise<void> {
    const committed = this.#transaction?.keep()
    // From here on the file belongs to others, also where the commit fails.
    this.#transaction = null
    await committed
  }

  /** Resolves when what it has seen of others is on disk. */
  async rollback(): Promise<void> {
    const settled = this.#transaction?.undo()
    this.#transaction = null
    await settled
  }

  async executeQuery<R>({ sql, parameters, query }: Compiled): Promise<QueryResult<R>> {
    if (this.#transaction !== null) return this.#transaction.execute(sql, parameters)
    return this.#file.executeAlone({ sql, parameters, kind: kindOf(query) })
  }

  streamQuery(): never {
    throw new TypeError('answers of SQLite are not streamed')
  }
}

type Kind = 'read' | 'write' | 'other'

function kindOf({ kind }: RootOperationNode): Kind {
  switch (kind) {
    case 'SelectQueryNode':
      return 'read'
    case 'InsertQueryNode':
    case 'UpdateQueryNode':
    case 'DeleteQueryNode':
      return 'write'
    default:
      return 'other'
  }
}

/** Statements and transactions whose commit is still to come. */
interface Group {
  readonly committed: Promise<void>
  /** Its turn is over: it is committed when no transaction is open. */
  isDue: boolean
  /** Commits, or lets the transaction that is open do so at its end. All hear `cause` if that fails. */
  readonly settle: (cause?: unknown) => void
  /** Ends it where nothing was written, or nothing is to be. */
  readonly drop: () => void
}

/** Of several statements, by whoever is the only one to use the file until it ends. */
interface Transaction {
  execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R>
  /** Ends it. What it wrote is on disk when the answer resolves. Throws what a statement of it threw. */
  readonly keep: () => Promise<void>
  /** Ends it as if it had not been. What it read is on disk when the answer resolves. */
  readonly undo: () => Promise<void>
}

class SharedFile {
  readonly #sqlite: SqliteConnection
  readonly #use: DatabaseUse
  #transaction: Promise<void> | null = null
  #group: Group | null = null
  #reads: Promise<void> | null = null

  constructor(sqlite: SqliteConnection, use: DatabaseUse) {
    this.#sqlite = sqlite
    this.#use = use
  }

  /** Waits until no transaction is open, then begins one. */
  async begin(): Promise<Transaction> {
    while (this.#transaction !== null) await this.#transaction
    const isFirst = this.#group === null
    this.#group ??= this.#openGroup()
    const group = this.#group
    // SQLite keeps the old pages of a savepoint a second time, many of them in a temporary file. Who has
    // the group to itself needs none, and is whoever changes much.
    if (!isFirst) this.execute('savepoint work', [])
    const { promise, resolve } = withResolver()
    this.#transaction = promise
    let failure: { cause: unknown } | null = null
    const end = () => {
      this.#transaction = null
      if (group.isDue) group.settle()
      resolve()
      return group.committed
    }
    return {
      execute: (sql, parameters) => {
        try {
          return this.execute(sql, parameters)
        } catch (cause) {
          failure ??= { cause }
          throw cause
        }
      },
      keep: () => {
        // SQLite may have rolled back everything; on PostgreSQL nothing is kept after an error either.
        if (failure !== null) throw failure.cause
        if (!isFirst) this.execute('release work', [])
        return end()
      },
      undo: () => {
        if (isFirst) group.drop()
        else if (!this.#undoSavepoint()) {
          // As on a full disk: nobody of the group is to run on.
          this.#rollBack()
          this.#transaction = null
          group.settle(failure?.cause)
        }
        return end()
      },
    }
  }

  /** As part of whatever is open. */
  execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> {
    const statement = this.#sqlite.prepare(sql)
    if (statement.reader) return { rows: statement.all(parameters) as R[] }
    const { changes } = statement.run(parameters)
    return { numAffectedRows: BigInt(changes), rows: [] }
  }

  async executeAlone<R>(query: {
    sql: string
    parameters: readonly unknown[]
    kind: Kind
  }): Promise<QueryResult<R>> {
    const { sql, parameters, kind } = query
    if (kind === 'read') await this.#readsOfThisTurn()
    while (this.#transaction !== null) await this.#transaction
    // Pragmas and the like work outside of transactions only.
    if (kind === 'other') this.#group?.settle()
    if (kind === 'write') this.#group ??= this.#openGroup()
    const group = this.#group
    if (group === null) return this.execute(sql, parameters)
    try {
      return this.execute(sql, parameters)
    } catch (error) {
      // On a full disk SQLite has rolled back everything, and nothing may run on without knowing.
      group.settle(error)
      throw error
    } finally {
      // A read has seen what the others of the group wrote: it does not tell before it is true.
      await group.committed
    }
  }

  async close(): Promise<void> {
    await this.#reads
    while (this.#transaction !== null) await this.#transaction
    this.#group?.settle()
    try {
      if (this.#use === 'read') return
      // After a clean stop the one file is whole and may be copied alone. SQLite does this by itself
      // only once every statement is finalized, which the packaged one leaves to the garbage
      // collector. Never waits: a process that still reads does it when it closes.
      this.#sqlite.exec('pragma busy_timeout = 0')
      this.#sqlite.exec('pragma wal_checkpoint(truncate)')
    } catch {
      // A full disk, say: what was not copied stays in the log beside the file, and is read from there.
    } finally {
      this.#sqlite.close()
    }
  }

  /** Resolves for all of them at once, behind everything that this turn of the event loop brings in. */
  #readsOfThisTurn(): Promise<void> {
    this.#reads ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#reads = null
        resolve()
      })
    })
    return this.#reads
  }

  #openGroup(): Group {
    // A deferred transaction that reads and then writes fails at once when another process wrote in
    // between, whatever the busy timeout; taking the write lock first makes it wait instead.
    this.execute('begin immediate', [])
    const { promise, resolve, reject } = withResolver()
    // A transaction that could not even begin does not wait for it.
    promise.catch(() => {})
    const group: Group = {
      committed: promise,
      isDue: false,
      settle: (cause) => {
        if (this.#group !== group) return
        group.isDue = true
        if (this.#transaction !== null) return
        this.#group = null
        try {
          this.execute('commit', [])
          resolve()
        } catch (error) {
          reject(cause ?? error)
          this.#rollBack()
        }
      },
      drop: () => {
        this.#group = null
        this.#rollBack()
        resolve()
      },
    }
    // Behind everything that this turn of the event loop brought in.
    setImmediate(() => group.settle())
    this.#group = group
    return group
  }

  /** False where SQLite has rolled back everything already. */
  #undoSavepoint(): boolean {
    try {
      this.execute('rollback to work', [])
      this.execute('release work', [])
      return true
    } catch {
      return false
    }
  }

  #rollBack(): void {
    try {
      this.execute('rollback', [])
    } catch {
      // SQLite has done it by itself.
    }
  }
}

function withResolver() {
  let resolve = () => {}
  let reject = (_error: unknown) => {}
  const promise = new Promise<void>((resolveIt, rejectIt) => {
    resolve = resolveIt
    reject = rejectIt
  })
  return { promise, resolve, reject }
}

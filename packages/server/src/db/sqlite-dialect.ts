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
    rollbackTransaction: async (connection) => asShared(connection).rollback(),
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

  rollback(): void {
    this.#transaction?.undo()
    this.#transaction = null
  }

  async executeQuery<R>({ sql, parameters, query }: Compiled): Promise<QueryResult<R>> {
    if (this.#transaction !== null) return this.#file.execute(sql, parameters)
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
  /** Commits, or lets the transaction that is open do so at its end. */
  readonly settle: () => void
}

/** Of several statements, by whoever is the only one to use the file until it ends. */
interface Transaction {
  /** Ends it. What it wrote is on disk when the answer resolves. */
  readonly keep: () => Promise<void>
  /** Ends it as if it had not been. */
  readonly undo: () => void
}

class SharedFile {
  readonly #sqlite: SqliteConnection
  readonly #use: DatabaseUse
  #transaction: Promise<void> | null = null
  #group: Group | null = null
  /** The group's turn is over: it is committed when no transaction is open. */
  #isDue = false
  #reads: Promise<void> | null = null

  constructor(sqlite: SqliteConnection, use: DatabaseUse) {
    this.#sqlite = sqlite
    this.#use = use
  }

  /** Waits until no transaction is open, then begins one. */
  async begin(): Promise<Transaction> {
    while (this.#transaction !== null) await this.#transaction
    this.#group ??= this.#openGroup()
    const { committed, settle } = this.#group
    this.execute('savepoint work', [])
    const { promise, resolve } = withResolver()
    this.#transaction = promise
    const end = ({ isBroken }: { isBroken: boolean }) => {
      this.#transaction = null
      if (isBroken || this.#isDue) settle()
      resolve()
    }
    return {
      keep: () => {
        this.execute('release work', [])
        end({ isBroken: false })
        return committed
      },
      undo: () => {
        let isBroken = false
        try {
          this.execute('rollback to work', [])
          this.execute('release work', [])
        } catch {
          // SQLite has rolled back everything, as on a full disk: nobody of the group is to run on.
          isBroken = true
        }
        end({ isBroken })
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
      group.settle()
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
    this.#isDue = false
    const { promise, resolve, reject } = withResolver()
    // Whoever undid all it wrote does not wait for it.
    promise.catch(() => {})
    const settle = () => {
      if (this.#group !== group) return
      this.#isDue = true
      if (this.#transaction !== null) return
      this.#group = null
      try {
        this.execute('commit', [])
        resolve()
      } catch (error) {
        reject(error)
        this.#rollBack()
      }
    }
    // Behind everything that this turn of the event loop brought in.
    setImmediate(settle)
    const group: Group = { committed: promise, settle }
    return group
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

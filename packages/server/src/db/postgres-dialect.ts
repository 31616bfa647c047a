// The connections to one PostgreSQL server and how they are shared. A transaction has one to itself.
// Single statements share a few: those of one turn of the event loop go out together and are
// answered one after the other, so none of them waits for a way to the server and back of its own.
import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  Driver,
  PostgresPool,
  QueryResult,
  TransactionSettings,
} from 'kysely'
import { DatabaseError } from './errors.ts'
import { PostgresDialect } from './query-builder.ts'

/** What is asked of a connection, whoever has it. */
export interface PostgresConnection {
  query(text: string, values: readonly unknown[]): Promise<PostgresAnswer>
  /** Writes what comes until the end of this turn at once. */
  gather(): void
  /** Called once when it is of no more use. */
  onLost(listener: () => void): void
  release(): void
}

export interface PostgresAnswer {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: unknown[]
}

export interface PostgresServer {
  connect(): Promise<PostgresConnection>
  end(): Promise<void>
}

/**
 * So many connections for single statements. One that waits for a lock holds up what stands behind
 * it for as long as it may wait at all.
 */
const SHARED_CONNECTIONS = 4

export function createPostgresDialect(server: PostgresServer): Dialect {
  return new SharingDialect(server)
}

class SharingDialect extends PostgresDialect {
  readonly #server: PostgresServer

  constructor(server: PostgresServer) {
    // Only the driver would use it, and that is another one here.
    super({ pool: async (): Promise<PostgresPool> => Promise.reject(new TypeError('not used')) })
    this.#server = server
  }

  override createDriver(): Driver {
    return createDriver(this.#server)
  }
}

function createDriver(server: PostgresServer): Driver {
  const shared = Array.from({ length: SHARED_CONNECTIONS }, () => new SharedConnection(server))
  return {
    async init() {},
    acquireConnection: async () => new BorrowedConnection(server, shared),
    beginTransaction: (connection, settings) => asBorrowed(connection).begin(settings),
    commitTransaction: async (connection) => void (await asBorrowed(connection).run('commit')),
    rollbackTransaction: async (connection) => void (await asBorrowed(connection).run('rollback')),
    releaseConnection: async (connection) => asBorrowed(connection).release(),
    async destroy() {
      for (const connection of shared) connection.end()
      // Waits for every connection, also for those that are only being made.
      await server.end()
    },
  }
}

function asBorrowed(connection: DatabaseConnection): BorrowedConnection {
  if (connection instanceof BorrowedConnection) return connection
  throw new TypeError('the connection is of another driver')
}

/** The server as one borrower sees it: alone since it began a transaction, otherwise one of many. */
class BorrowedConnection implements DatabaseConnection {
  readonly #server: PostgresServer
  readonly #shared: readonly SharedConnection[]
  #own: PostgresConnection | null = null

  constructor(server: PostgresServer, shared: readonly SharedConnection[]) {
    this.#server = server
    this.#shared = shared
  }

  async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<void> {
    this.#own = await this.#server.connect()
    const modes = [...(isolationLevel ? [`isolation level ${isolationLevel}`] : []), accessMode]
    await this.run(`start transaction ${modes.filter(Boolean).join(', ')}`)
  }

  run(text: string, values: readonly unknown[] = []): Promise<PostgresAnswer> {
    if (this.#own !== null) return this.#own.query(text, values)
    const [first, ...others] = this.#shared
    if (first === undefined) throw new TypeError('no connection is shared')
    return others
      .reduce((best, one) => (one.pending < best.pending ? one : best), first)
      .query(text, values)
  }

  release(): void {
    this.#own?.release()
    this.#own = null
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.run(sql, parameters)
    const hasChanged = command !== 'SELECT' && rowCount !== null
    return {
      rows: rows as R[],
      ...(hasChanged ? { numAffectedRows: BigInt(rowCount) } : {}),
    }
  }

  streamQuery(): never {
    throw new TypeError('answers of PostgreSQL are not streamed')
  }
}

/** A connection for single statements: made when the first comes, and again after it was lost. */
class SharedConnection {
  readonly #server: PostgresServer
  #connection: PostgresConnection | null = null
  #opening: Promise<PostgresConnection> | null = null
  #hasEnded = false
  /** Statements that wait for their answer. */
  pending = 0

  constructor(server: PostgresServer) {
    this.#server = server
  }

  async query(text: string, values: readonly unknown[]): Promise<PostgresAnswer> {
    this.pending += 1
    try {
      const connection = this.#connection ?? (await this.#open())
      connection.gather()
      return await connection.query(text, values)
    } finally {
      this.pending -= 1
    }
  }

  /** For good: one that is being made is given back as soon as it is there. */
  end(): void {
    this.#hasEnded = true
    this.#close()
  }

  #close(): void {
    this.#connection?.release()
    this.#connection = null
  }

  #open(): Promise<PostgresConnection> {
    this.#opening ??= this.#server
      .connect()
      .then((connection) => {
        if (this.#hasEnded) {
          connection.release()
          throw new DatabaseError(new Error('the database was closed meanwhile'))
        }
        this.#connection = connection
        connection.onLost(() => {
          if (this.#connection === connection) this.#close()
        })
        return connection
      })
      .finally(() => {
        this.#opening = null
      })
    return this.#opening
  }
}

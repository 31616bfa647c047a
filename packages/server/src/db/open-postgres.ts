// PostgreSQL: a pool of connections, each brought into one known state before its first query.
import type { Socket } from 'node:net'
import type { ClientBase, Pool, PoolClient, PoolConfig } from 'pg'
import type { HiddenUrl } from '../config/hidden-url.ts'
import { StartError } from '../errors.ts'
import { Database, type Patience } from './database.ts'
import { DatabaseError } from './errors.ts'
import {
  createPostgresDialect,
  type PostgresAnswer,
  type PostgresConnection,
  type PostgresServer,
} from './postgres-dialect.ts'
import { Kysely } from './query-builder.ts'
import type { Schema } from './schema/schema.ts'
import { StatementNames } from './statement-names.ts'

/** Ten processes stay within PostgreSQL's own default of a hundred. */
const MAX_CONNECTIONS = 10

/** What a request may wait for; while starting, migrations and long copies may take their time. */
const TIMEOUTS = {
  starting: { connectMs: 10_000, statementMs: 0, lockMs: 60_000 },
  serving: { connectMs: 3_000, statementMs: 4_000, lockMs: 2_000 },
} as const satisfies Record<Patience, object>

/** A server that does not even answer "too slow" by then is gone, whatever the network says. */
const SILENCE_MS = 2_000

/**
 * Connects to a database on a primary. Connections that break are replaced; what stood on them
 * fails with DatabaseError.
 * @throws StartError when it cannot be reached, is a standby or keeps no UTF-8
 */
export async function openPostgres(address: HiddenUrl): Promise<Database> {
  const { Pool, types } = (await import('pg')).default
  let patience: Patience = 'starting'
  const pool = new Pool({
    connectionString: address.reveal(),
    application_name: 'signet',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: TIMEOUTS.starting.connectMs,
    keepAlive: true,
    pipeline: true,
    types: { getTypeParser: (oid, format) => parserOf(types, oid, format) },
    verify: (client, done) => {
      prepare(client).then(() => done(), done)
    },
  } satisfies PoolConfig & { verify: Verify; pipeline: boolean })
  // A connection that breaks while nobody uses it; the pool has dropped it already.
  pool.on('error', () => {})
  // And one that breaks in a transaction between two statements, when no query is there to fail:
  // the next one does. Unheard, either would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))

  const database = new Database({
    query: new Kysely<Schema>({
      dialect: createPostgresDialect(serverOf(pool, () => patience)),
    }),
    kind: 'postgres',
    setPatience: (wanted) => {
      patience = wanted
      pool.options.connectionTimeoutMillis = TIMEOUTS[wanted].connectMs
    },
  })
  try {
    const client = await pool.connect()
    client.release()
    return database
  } catch (cause) {
    await pool.end()
    throw cause instanceof StartError ? cause : unreachable(address, cause as Error)
  }
}

type Verify = (client: ClientBase, done: (error?: Error) => void) => void

type Types = typeof import('pg').types

/** SQL's bigint arrives as text. Ours are epoch seconds and counts, far below 2^53. */
function parserOf(types: Types, oid: number, format?: 'text' | 'binary') {
  if (oid === types.builtins.INT8) return Number
  return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid)
}

/**
 * What every statement relies on, whatever the server's defaults are: a writable primary, UTF-8,
 * commits on disk before they are acknowledged, and nobody who sleeps inside a transaction.
 */
async function prepare(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ standby: boolean; encoding: string; durable: string }>(
    `select pg_is_in_recovery() as standby,
            current_setting('server_encoding') as encoding,
            set_config('synchronous_commit',
              case current_setting('synchronous_commit') when 'off' then 'on'
              else current_setting('synchronous_commit') end, false) as durable,
            set_config('default_transaction_isolation', 'read committed', false),
            set_config('idle_in_transaction_session_timeout', '10s', false),
            set_config('timezone', 'UTC', false)`,
  )
  const [state] = rows
  if (state?.standby !== false) {
    throw new StartError(['the database is a standby: SIGNET_DATABASE_URL must name the primary'])
  }
  if (state.encoding !== 'UTF8') {
    throw new StartError([
      `the database keeps ${state.encoding}, not UTF8: create one with \`createdb --encoding UTF8\``,
    ])
  }
}

function unreachable({ name }: HiddenUrl, cause: Error): StartError {
  const { code } = cause as NodeJS.ErrnoException
  const why: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there: is PostgreSQL running, and are host and port right?',
    ENOTFOUND: 'there is no such host',
    '28P01': 'the password is wrong',
    '28000': 'this user may not log in from here (pg_hba.conf)',
    '3D000': 'there is no such database: create it with `createdb`',
  }
  return new StartError(
    [
      `the database ${name} cannot be opened: ${why[code ?? ''] ?? code ?? cause.message} (SIGNET_DATABASE_URL)`,
    ],
    { cause },
  )
}

/** The pool with our errors and with the timeouts of the moment. */
function serverOf(pool: Pool, patienceNow: () => Patience): PostgresServer {
  const names = new StatementNames()
  return {
    end: () => pool.end(),
    async connect() {
      const client = await attempt(() => pool.connect())
      return new GuardedClient({ client, names, patienceNow })
    },
  }
}

/** What a connection was last told, so that it is told only once. */
const told = new WeakMap<PoolClient, Patience>()

/** One connection while it is lent out. Once it failed it does nothing more and is thrown away. */
class GuardedClient implements PostgresConnection {
  readonly #client: PoolClient
  readonly #names: StatementNames
  readonly #patienceNow: () => Patience
  readonly #socket: Socket
  #waiting = 0
  #silence: NodeJS.Timeout | undefined
  #isGathering = false
  #broken: Error | null = null

  constructor(parts: { client: PoolClient; names: StatementNames; patienceNow: () => Patience }) {
    this.#client = parts.client
    this.#names = parts.names
    this.#patienceNow = parts.patienceNow
    this.#socket = (parts.client as unknown as { connection: { stream: Socket } }).connection.stream
  }

  query(text: string, values: readonly unknown[]): Promise<PostgresAnswer> {
    const patience = this.#patienceNow()
    if (told.get(this.#client) !== patience) {
      told.set(this.#client, patience)
      const { statementMs, lockMs } = TIMEOUTS[patience]
      // It goes out right before; where it fails, so does what comes after.
      this.#send(`set statement_timeout = ${statementMs}; set lock_timeout = ${lockMs}`, []).catch(
        () => {},
      )
    }
    return this.#send(text, values)
  }

  gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.#socket.cork()
    setImmediate(() => {
      this.#isGathering = false
      this.#socket.uncork()
    })
  }

  onLost(listener: () => void): void {
    this.#client.once('end', listener)
  }

  release(): void {
    clearTimeout(this.#silence)
    this.#client.release(this.#broken ?? undefined)
  }

  async #send(text: string, values: readonly unknown[]): Promise<PostgresAnswer> {
    if (this.#broken !== null) throw new DatabaseError(this.#broken)
    // What has no values runs once, or is several statements, which have no name together.
    const name = values.length === 0 ? undefined : this.#names.find(text)
    this.#waiting += 1
    if (this.#waiting === 1) this.#watch()
    try {
      return await attempt(() =>
        this.#client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) }),
      )
    } catch (error) {
      this.#names.judge(error instanceof DatabaseError ? error.cause : null)
      throw this.#broken === null ? error : new DatabaseError(this.#broken)
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) clearTimeout(this.#silence)
      else this.#silence?.refresh()
    }
  }

  /**
   * A server that fell silent cannot be asked to roll back either: the connection is given up, and
   * with it whatever stood on it.
   */
  #watch(): void {
    const { statementMs } = TIMEOUTS[this.#patienceNow()]
    if (statementMs === 0) return
    this.#silence = setTimeout(() => {
      this.#broken = new Error('the server fell silent')
      this.#socket.destroy()
    }, statementMs + SILENCE_MS)
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatabaseError || !(error instanceof Error)) throw error
    throw new DatabaseError(error)
  }
}

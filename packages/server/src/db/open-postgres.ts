// PostgreSQL: a pool of connections, each brought into one known state before its first query.
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { ClientBase, Pool, PoolClient, PoolConfig, QueryResult } from 'pg'
import type { HiddenUrl } from '../config/hidden-url.ts'
import { StartError } from '../errors.ts'
import { Database, type Patience } from './database.ts'
import { DatabaseError } from './errors.ts'
import { Kysely, PostgresDialect } from './query-builder.ts'
import type { Schema } from './schema/schema.ts'
import { StatementNames } from './statement-names.ts'

/**
 * Refreshes are one short statement each: ten connections keep more cores busy than one process
 * can feed, and ten processes stay within PostgreSQL's own default of a hundred.
 */
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
    types: { getTypeParser: (oid, format) => parserOf(types, oid, format) },
    verify: (client, done) => {
      prepare(client).then(() => done(), done)
    },
  } satisfies PoolConfig & { verify: Verify })
  // A connection that breaks while nobody uses it; the pool has dropped it already.
  pool.on('error', () => {})
  // And one that breaks in a transaction between two statements, when no query is there to fail:
  // the next one does. Unheard, either would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))

  const database = new Database({
    query: new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: guarded(pool, () => patience) }),
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

/** The pool as the query builder wants it, with our errors and with timeouts of the moment. */
function guarded(pool: Pool, patienceNow: () => Patience): PostgresPool {
  const names = new StatementNames()
  return {
    end: () => pool.end(),
    async connect() {
      const client = new GuardedClient(await attempt(() => pool.connect()), names)
      await client.become(patienceNow())
      // The other form of `query` takes a cursor, and the dialect was given none.
      return client as unknown as PostgresPoolClient
    },
  }
}

/** What a connection was last told, so that it is told only once. */
const told = new WeakMap<PoolClient, Patience>()

/** One connection while it is lent out. Once it failed it does nothing more and is thrown away. */
class GuardedClient {
  readonly #client: PoolClient
  readonly #names: StatementNames
  #silenceMs = 0
  #broken: Error | null = null

  constructor(client: PoolClient, names: StatementNames) {
    this.#client = client
    this.#names = names
  }

  async become(patience: Patience): Promise<void> {
    const { statementMs, lockMs } = TIMEOUTS[patience]
    this.#silenceMs = statementMs === 0 ? 0 : statementMs + SILENCE_MS
    if (told.get(this.#client) === patience) return
    try {
      await this.query(`set statement_timeout = ${statementMs}; set lock_timeout = ${lockMs}`)
      told.set(this.#client, patience)
    } catch (error) {
      this.release()
      throw error
    }
  }

  async query(text: string, values: readonly unknown[] = []): Promise<QueryResult> {
    if (this.#broken !== null) throw new DatabaseError(this.#broken)
    try {
      return await attempt(() => this.#run(text, values))
    } catch (error) {
      this.#names.judge(error instanceof DatabaseError ? error.cause : null)
      throw error
    }
  }

  release(): void {
    this.#client.release(this.#broken ?? undefined)
  }

  /**
   * A server that fell silent cannot be asked to roll back either: the connection is given up, and
   * with it whatever stood on it.
   */
  #run(text: string, values: readonly unknown[]): Promise<QueryResult> {
    // What has no values runs once, or is several statements, which have no name together.
    const name = values.length === 0 ? undefined : this.#names.find(text)
    const query = { text, values: [...values], ...(name === undefined ? {} : { name }) }
    const answer = this.#client.query(query)
    if (this.#silenceMs === 0) return answer
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#broken = new Error('the server fell silent')
        reject(this.#broken)
      }, this.#silenceMs)
      answer.then(resolve, reject).finally(() => clearTimeout(timer))
    })
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

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Client, default as pg } from 'pg'
import { type PostgresServer, startPostgres } from './postgres/start-postgres.ts'
import { querySqliteFile } from './sqlite-file.ts'
import { openTempFolder } from './temp-folder.ts'

/** An empty database of its own, and a way to look into it beside the authority. */
export interface TestDatabase extends AsyncDisposable {
  /** SIGNET_DATABASE_URL and SIGNET_SECRET. */
  readonly settings: { SIGNET_DATABASE_URL: string; SIGNET_SECRET: string }
  /** Runs one statement; parameters are `$1`, `$2` on PostgreSQL and `?` on SQLite. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>
}

/** Every database that an authority runs on, for tables of tests. */
export const databases: readonly { name: string; open: () => Promise<TestDatabase> }[] = [
  { name: 'SQLite', open: openSqliteDatabase },
  { name: 'PostgreSQL', open: openPostgresDatabase },
]

/** SQL's bigint as a number, as SQLite answers it. */
const numbers: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid),
}

const createSecret = () => randomBytes(32).toString('base64url')

export async function openSqliteDatabase(): Promise<TestDatabase> {
  const folder = await openTempFolder()
  const path = join(folder.path, 'signet.db')
  return {
    settings: { SIGNET_DATABASE_URL: `sqlite:${path}`, SIGNET_SECRET: createSecret() },
    query: (sql, parameters) => querySqliteFile(path, sql, parameters),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** One server for all databases of a test file; it ends with the process that runs the file. */
let sharedServer: Promise<PostgresServer> | null = null

/** On `server`, or on one that all tests of this process share. */
export async function openPostgresDatabase(server?: PostgresServer): Promise<TestDatabase> {
  sharedServer ??= server === undefined ? startPostgres() : null
  const { host, port, user, password } = server ?? (await (sharedServer as Promise<PostgresServer>))
  const name = `signet_${randomBytes(6).toString('hex')}`
  const connect = async (database: string): Promise<Client> => {
    const client = new pg.Client({ host, port, user, password, database, types: numbers })
    // A server that is stopped under a test breaks this connection too.
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const run = async (database: string, sql: string, parameters: readonly unknown[] = []) => {
    const client = await connect(database)
    try {
      return (await client.query(sql, [...parameters])).rows as Record<string, unknown>[]
    } finally {
      await client.end()
    }
  }
  await run('postgres', `create database ${name}`)
  return {
    settings: {
      SIGNET_DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${name}`,
      SIGNET_SECRET: createSecret(),
    },
    query: (sql, parameters) => run(name, sql, parameters),
    async [Symbol.asyncDispose]() {
      await run('postgres', `drop database if exists ${name} with (force)`)
    },
  }
}

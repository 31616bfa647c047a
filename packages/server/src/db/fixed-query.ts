// Queries whose text never changes, built and compiled once. For the few that every refresh makes:
// building and compiling one takes longer than SQLite takes to answer it.
import type { Compilable, CompiledQuery, Kysely, QueryResult, RawBuilder } from 'kysely'
import type { Database, DatabaseKind } from './database.ts'
import { sql } from './query-builder.ts'
import type { Schema } from './schema/schema.ts'

/** Stands in a compiled query for a value that comes later. */
class Place {
  readonly name: PropertyKey

  constructor(name: PropertyKey) {
    this.name = name
  }
}

type ValueOf<Values> = <Name extends keyof Values>(name: Name) => RawBuilder<Values[Name]>

/** Of several columns, each under its own name. */
type ValuesOf<Values> = <Name extends keyof Values>(
  ...names: Name[]
) => { [Each in Name]: RawBuilder<Values[Each]> }

/** Called once for each kind of database; must not look at anything but what it is given. */
type Build<Values, Row> = (
  query: Kysely<Schema>,
  value: ValueOf<Values>,
  values: ValuesOf<Values>,
) => Compilable<Row>

/** A query to be run with other values each time, and answered with its rows. */
export function createFixedQuery<Values extends object, Row>(
  build: Build<Values, Row>,
): (db: Database, values: Values) => Promise<Row[]> {
  const run = createRun(build)
  return async (db, values) => (await run(db, values)).rows
}

/** The same for what changes rows, answered with how many. */
export function createFixedChange<Values extends object>(
  build: Build<Values, unknown>,
): (db: Database, values: Values) => Promise<number> {
  const run = createRun(build)
  return async (db, values) => Number((await run(db, values)).numAffectedRows ?? 0)
}

function createRun<Values extends object, Row>(
  build: Build<Values, Row>,
): (db: Database, values: Values) => Promise<QueryResult<Row>> {
  const templates = new Map<DatabaseKind, CompiledQuery<Row>>()
  const value: ValueOf<Values> = (name) => sql`${new Place(name)}`
  const values = (...names: (keyof Values)[]) =>
    Object.fromEntries(names.map((name) => [name, value(name)]))
  const compile = ({ kind, query }: Database) => {
    const template = build(query, value, values as ValuesOf<Values>).compile()
    templates.set(kind, template)
    return template
  }
  return (db, values) => {
    const template = templates.get(db.kind) ?? compile(db)
    const parameters = template.parameters.map((parameter) =>
      parameter instanceof Place ? values[parameter.name as keyof Values] : parameter,
    )
    return db.query.executeQuery<Row>({ ...template, parameters })
  }
}

// Queries whose text never changes, built and compiled once. For the few that every refresh makes:
// building and compiling one takes longer than SQLite takes to answer it.
import type { Compilable, CompiledQuery, Kysely, RawBuilder } from 'kysely'
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

/**
 * A query to be run with other values each time. `build` is called once for each kind of database,
 * and must not look at anything but what it is given.
 */
export function createFixedQuery<Values extends object, Row>(
  build: (
    query: Kysely<Schema>,
    value: ValueOf<Values>,
    values: ValuesOf<Values>,
  ) => Compilable<Row>,
): (db: Database, values: Values) => Promise<Row[]> {
  const templates = new Map<DatabaseKind, CompiledQuery<Row>>()
  const value: ValueOf<Values> = (name) => sql`${new Place(name)}`
  const values = (...names: (keyof Values)[]) =>
    Object.fromEntries(names.map((name) => [name, value(name)]))
  const compile = ({ kind, query }: Database) => {
    const template = build(query, value, values as ValuesOf<Values>).compile()
    templates.set(kind, template)
    return template
  }
  return async (db, values) => {
    const template = templates.get(db.kind) ?? compile(db)
    const parameters = template.parameters.map((parameter) =>
      parameter instanceof Place ? values[parameter.name as keyof Values] : parameter,
    )
    const { rows } = await db.query.executeQuery<Row>({ ...template, parameters })
    return rows
  }
}

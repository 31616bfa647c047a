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

/**
 * A query to be run with other values each time. `build` is called once for each kind of database,
 * and must not look at anything but what it is given.
 */
export function createFixedQuery<Values extends object, Row>(
  build: (query: Kysely<Schema>, value: ValueOf<Values>) => Compilable<Row>,
): (db: Database, values: Values) => Promise<Row[]> {
  const templates = new Map<DatabaseKind, CompiledQuery<Row>>()
  const compile = ({ kind, query }: Database) => {
    const template = build(query, (name) => sql`${new Place(name)}`).compile()
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

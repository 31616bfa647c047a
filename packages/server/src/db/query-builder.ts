// The one place that loads the query builder.
export { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'

// The one place that loads the query builder. As CommonJS: its 280 files load in two thirds of the
// time that they take as ES modules, which every start and every command would wait for.
import { createRequire } from 'node:module'

const builder: typeof import('kysely') = createRequire(import.meta.url)('kysely')

export const { Kysely, PostgresDialect, SqliteDialect, sql } = builder

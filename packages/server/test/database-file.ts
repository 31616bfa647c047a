export { querySqliteFile as queryFile } from '@signet/testkit'

import { querySqliteFile } from '@signet/testkit'

/**
 * How many rows each table holds: equal before and after means that nothing was written or lost. Not
 * counted is the audit log, which a refused login is written to.
 */
export async function countRows(path: string): Promise<Record<string, unknown>> {
  const tables = await querySqliteFile(
    path,
    "select name from sqlite_master where type = 'table' and name not like 'audit%'",
  )
  const counts = tables.map(({ name }) => `(select count(*) from ${name}) as ${name}`)
  const [row] = await querySqliteFile(path, `select ${counts.join(', ')}`)
  return { ...row }
}

// The schema without an authority: what `signet migrate` works on.
import type { Config } from './config/config.ts'
import { openSecrets } from './config/open-secrets.ts'
import { MIGRATIONS, type MigrationPlan, planMigrations } from './db/migrate.ts'
import { connectDatabase, isMissing, type Upgrade, upgradeDatabase } from './db/open-database.ts'

/**
 * What {@link migrateDatabase} would do. Changes nothing, and makes no file.
 * @throws StartError
 */
export async function planDatabase({ database: address }: Config): Promise<MigrationPlan> {
  if (isMissing(address)) {
    return { from: 0, to: MIGRATIONS.length, pending: MIGRATIONS.map(({ name }) => name) }
  }
  const database = await connectDatabase(address, 'read')
  try {
    return await planMigrations(database)
  } finally {
    await database.close()
  }
}

/**
 * Brings the database of a config to this version, making it, with its secret, where there is none.
 * @throws StartError
 */
export async function migrateDatabase(config: Config): Promise<Upgrade> {
  if (isMissing(config.database)) openSecrets(config)
  const database = await connectDatabase(config.database)
  try {
    return await upgradeDatabase(database, config.database)
  } finally {
    await database.close()
  }
}

import { type Clock, systemClock } from '../clock.ts'
import type { DatabaseAddress } from '../config/database-address.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './open-postgres.ts'
import { openSqlite } from './open-sqlite.ts'

/** The database at an address, brought to this version. @throws StartError */
export async function openDatabase(
  address: DatabaseAddress,
  clock: Clock = systemClock,
): Promise<Database> {
  const database =
    address.kind === 'sqlite' ? await openSqlite(address.path) : await openPostgres(address.server)
  try {
    await migrate(database, clock)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

import type { TestDatabase } from '@signet/testkit'
import type { Clock } from '../src/clock.ts'
import { parseDatabaseAddress } from '../src/config/database-address.ts'
import type { Database } from '../src/db/database.ts'
import { openDatabase } from '../src/db/open-database.ts'

/** The handle that stores speak through, on an empty database of this version. */
export async function openTestDatabase(
  { settings }: TestDatabase,
  clock: Clock,
): Promise<Database> {
  const address = parseDatabaseAddress(settings.SIGNET_DATABASE_URL, '/')
  if (address === null) throw new Error('the test kit gave an address that is none')
  return openDatabase(address, { clock })
}

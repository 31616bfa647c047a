// Looks at the database of a deployment without changing anything in it: what is there, and what the
// other settings need to fit. Facts alone; what they mean and what to do is for whoever asked.
import { createAudit } from '../audit/audit.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { openSecrets } from '../config/open-secrets.ts'
import type { SecretRing } from '../config/secrets.ts'
import type { Database } from '../db/database.ts'
import { readDatabaseSeconds } from '../db/database-clock.ts'
import { planMigrations } from '../db/migrate.ts'
import { connectDatabase, isMissing } from '../db/open-database.ts'
import { StartError } from '../errors.ts'
import { readKeySet } from '../keys/open-keys.ts'
import { type AddressFacts, countAddresses } from './client-addresses.ts'
import { failureOf, type Looked, look } from './looked.ts'
import { type NotificationFacts, probeNotifications } from './notifications.ts'
import { findSecretUses, type SecretFacts } from './secret-uses.ts'

/** What is at the address of a database. */
export type DatabaseFacts =
  | { readonly state: 'missing' }
  | { readonly state: 'unusable' | 'newer'; readonly failure: string }
  | { readonly state: 'older' | 'current'; readonly from: number; readonly to: number }

/** What stands in a database of this version. */
export interface DatabaseContents {
  /** How far its clock is ahead of this machine's, to about a second. */
  readonly aheadSeconds: Looked<number>
  readonly secretUses: Looked<SecretFacts>
  /** Ids of the keys that are published, all of which could be opened. */
  readonly publishedKeys: Looked<readonly string[]>
  readonly addresses: Looked<AddressFacts>
  /** Null: they are not used. */
  readonly notifications: NotificationFacts | null
}

export interface DatabaseInspection {
  readonly database: DatabaseFacts
  /** Null unless the database is of this version. */
  readonly contents: DatabaseContents | null
  /** Whether each listed secret looks made up by a person, the current one first. */
  readonly weakSecrets: Looked<readonly boolean[]>
}

const RECENT_SECONDS = 86_400
const RECENT_ENTRIES = 500

export async function inspectDatabase(config: Config, clock: Clock): Promise<DatabaseInspection> {
  // Where there is no database file, opening the secrets would make some.
  if (isMissing(config.database)) {
    const weakSecrets = config.secrets?.all.map(({ isWeak }) => isWeak) ?? []
    return { database: { state: 'missing' }, contents: null, weakSecrets }
  }
  const secrets = look(() => openSecrets(config))
  const weakSecrets = 'failure' in secrets ? secrets : secrets.all.map(({ isWeak }) => isWeak)
  let database: Database
  try {
    database = await connectDatabase(config.database, 'read')
  } catch (error) {
    const facts: DatabaseFacts = { state: 'unusable', ...failureOf(error) }
    return { database: facts, contents: null, weakSecrets }
  }
  try {
    // A statement that takes longer is given up.
    database.setPatience('serving')
    const facts = await readVersion(database)
    const isCurrent = facts.state === 'current'
    const parts = { config, database, secrets, clock }
    return { database: facts, contents: isCurrent ? await readContents(parts) : null, weakSecrets }
  } finally {
    await database.close()
  }
}

async function readVersion(database: Database): Promise<DatabaseFacts> {
  try {
    const { from, to } = await planMigrations(database)
    if (from === 0) return { state: 'missing' }
    return { state: from < to ? 'older' : 'current', from, to }
  } catch (error) {
    return { state: error instanceof StartError ? 'newer' : 'unusable', ...failureOf(error) }
  }
}

async function readContents(parts: {
  config: Config
  database: Database
  secrets: Looked<SecretRing>
  clock: Clock
}): Promise<DatabaseContents> {
  const { config, database, secrets, clock } = parts
  const now = epochSeconds(clock)
  const read = async <T>(query: (ring: SecretRing) => Promise<T>): Promise<Looked<T>> =>
    'failure' in secrets ? secrets : query(secrets).catch(failureOf)
  const [aheadSeconds, secretUses, publishedKeys, addresses, notifications] = await Promise.all([
    read(() => measureClock(database, clock)),
    read((ring) => findSecretUses(database, { secrets: ring, now })),
    read((ring) => listPublishedKeys(database, ring)),
    read(async (ring) => {
      const audit = createAudit({ database, secrets: ring, clock })
      const entries = await audit.last({ count: RECENT_ENTRIES })
      const recent = entries.filter(({ at }) => at > now - RECENT_SECONDS)
      const known = recent.flatMap(({ address }) => address ?? [])
      return countAddresses(known, config.trustedProxies)
    }),
    probeNotifications(config, database),
  ])
  return { aheadSeconds, secretUses, publishedKeys, addresses, notifications }
}

/** The database answers whole seconds that have begun: on average it is half a second further. */
async function measureClock(database: Database, clock: Clock): Promise<number> {
  const before = clock.now()
  const seconds = await readDatabaseSeconds(database)
  return seconds + 0.5 - (before + clock.now()) / 2_000
}

async function listPublishedKeys(database: Database, secrets: SecretRing): Promise<string[]> {
  const keySet = await readKeySet(database, secrets)
  return keySet.keys().flatMap(({ kid }) => kid ?? [])
}

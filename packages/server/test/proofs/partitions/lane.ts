// An authority and a verifier as processes of their own, and the networks that can be cut: between the
// two, and between the authority and its database.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  openPostgresDatabase,
  openSqliteDatabase,
  type PostgresServer,
  type SpawnedAuthority,
  type SpawnedService,
  spawnAuthority,
  spawnService,
  type TestDatabase,
} from '@signet/testkit'
import { type ClientAnswer, openAdministration } from '../../oauth-client.ts'
import { PROOF_SETTINGS } from '../proof-database.ts'
import { Cutter } from './cutter.ts'

const VERIFIER = new URL('./verifier.mjs', import.meta.url)

export interface Lane extends AsyncDisposable {
  readonly authority: SpawnedAuthority
  readonly verifier: SpawnedService
  readonly network: Cutter
  /** Null on SQLite, which has none. */
  readonly databaseNetwork: Cutter | null
}

export interface LaneOptions {
  /** Where its database is; null: SQLite. */
  readonly server: PostgresServer | null
  readonly maxStalenessMs: number
  readonly settings: Record<string, string>
}

export async function openLane({ server, maxStalenessMs, settings }: LaneOptions): Promise<Lane> {
  const opened: AsyncDisposable[] = []
  const keep = <T extends AsyncDisposable>(one: T): T => {
    opened.unshift(one)
    return one
  }
  const close = async () => {
    for (const one of opened) await one[Symbol.asyncDispose]()
  }
  try {
    const database = keep(
      await (server === null ? openSqliteDatabase() : openPostgresDatabase(server)),
    )
    const databaseNetwork = server === null ? null : keep(await Cutter.open(() => server.port))
    const network = keep(await Cutter.open(() => Number(new URL(authority.url).port)))
    const issuer = `http://127.0.0.1:${network.port}`
    const authority: SpawnedAuthority = keep(
      await spawnAuthority({
        settings: {
          ...through(databaseNetwork, database),
          ...PROOF_SETTINGS,
          ...settings,
          SIGNET_ISSUER: issuer,
        },
      }),
    )
    const verifier = await spawnVerifier({ authority, database, issuer, maxStalenessMs })
    keep(verifier)
    return { authority, verifier, network, databaseNetwork, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Settings of a database, with the network that can be cut on the way to it. */
function through(network: Cutter | null, { settings }: TestDatabase): Record<string, string> {
  if (network === null) return settings
  const url = new URL(settings.SIGNET_DATABASE_URL)
  url.port = String(network.port)
  return { ...settings, SIGNET_DATABASE_URL: url.href }
}

async function spawnVerifier(parts: {
  authority: SpawnedAuthority
  database: TestDatabase
  issuer: string
  maxStalenessMs: number
}): Promise<SpawnedService> {
  const { authority, database, issuer, maxStalenessMs } = parts
  const { client, folder } = authority
  const admin = await openAdministration({ client, config: { issuer } }, database)
  const body = { name: 'verifier', scopes: [], audiences: [], rights: ['feed', 'introspect'] }
  const { body: made } = await admin<ClientAnswer>('/admin/clients', { method: 'POST', body })
  const secretFile = join(folder, 'verifier.secret')
  await writeFile(secretFile, made.secret, { mode: 0o600 })
  return spawnService(VERIFIER, {
    env: {
      ISSUER: issuer,
      MAX_STALENESS_SECONDS: String(maxStalenessMs / 1000),
      SIGNET_CLIENT_ID: made.id,
      SIGNET_CLIENT_SECRET_FILE: secretFile,
    },
    health: '/health',
  })
}

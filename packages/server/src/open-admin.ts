// The administration without an authority: what the command line works on where it has the database
// at hand. The same routes as an authority has, spoken to in this process.
import { existsSync } from 'node:fs'
import { pino } from 'pino'
import { OPERATOR } from './audit/audit-entry.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { openSecrets } from './config/open-secrets.ts'
import { openCurrentDatabase, openDatabase } from './db/open-database.ts'
import { createDomains } from './domains.ts'
import { StartError } from './errors.ts'
import { createHttpServer } from './http/http-server.ts'
import { adminRoutes } from './routes/admin/admin.ts'
import { createOwnTokenReader, type OwnTokenReader } from './routes/own-token.ts'

export interface AdminCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

export interface Admin {
  /** One call of the administration; never throws for a status. */
  call(call: AdminCall): Promise<{ status: number; body: unknown }>
  close(): Promise<void>
}

/**
 * Opens the database of a config for an operator at the command line, who may do everything: whoever
 * has the database and the master secret has all there is. Safe beside running authorities, which
 * see every change at once. A database of another version is refused; with `missing: 'create'` one
 * that is not there is made, with its secret, as the first start of an authority would.
 * @throws StartError
 */
export async function openAdmin(
  config: Config,
  options: { missing: 'create' | 'refuse' },
): Promise<Admin> {
  const { database: address } = config
  if (address.kind === 'sqlite' && !existsSync(address.path) && options.missing === 'refuse') {
    throw new StartError([
      `there is no database at ${address.path}: start the authority once, or name the right one with SIGNET_DATABASE_URL`,
    ])
  }
  const secrets = openSecrets(config)
  const open = options.missing === 'create' ? openDatabase : openCurrentDatabase
  const database = await open(address)
  const clock = systemClock
  const logger = pino({ level: 'silent' })
  const domains = createDomains({ config, database, secrets, clock, logger })
  const readToken: OwnTokenReader = async (token) => {
    const keyring = { keySet: await domains.keys.read(), confirm: async () => {} }
    return createOwnTokenReader({ config, keyring, clock })(token)
  }
  const { metrics } = domains
  const app = createHttpServer({ logger, realm: config.issuer, trustedProxies: [], metrics })
  const checkAdmin = async () => OPERATOR
  adminRoutes(app, { ...domains, readToken, checkAdmin })
  return {
    async call({ method, path, body }) {
      const answer = await app.inject({
        method,
        url: path,
        ...(body === undefined ? {} : { payload: body as object }),
      })
      return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
    },
    async close() {
      await app.close()
      await database.close()
    },
  }
}

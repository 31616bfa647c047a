import { join } from 'node:path'
import { type Clock, type Config, parseConfig, startAuthority as start } from '@signet/server'
import { type Logger, pino } from 'pino'
import { AuthorityClient } from './authority-client.ts'
import { findFreePort } from './free-port.ts'
import { openTempFolder } from './temp-folder.ts'

export interface StartedAuthority extends AsyncDisposable {
  readonly url: string
  readonly config: Config
  readonly client: AuthorityClient
  /** Everything that was logged so far, a JSON line each. */
  readonly logged: readonly string[]
  /** Stops it and starts it again on the same port and database. */
  restart(settings?: Record<string, string>): Promise<void>
}

/** A real authority in this process, on a loopback port of its own and a database of its own. */
export async function startAuthority(
  options: { settings?: Record<string, string>; clock?: Clock } = {},
): Promise<StartedAuthority> {
  const folder = await openTempFolder()
  const port = await findFreePort()
  const settings = {
    SIGNET_PORT: String(port),
    SIGNET_DATABASE_URL: `sqlite:${join(folder.path, 'signet.db')}`,
    SIGNET_LOG_LEVEL: 'debug',
    ...options.settings,
  }
  const logged: string[] = []
  const logger: Logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) })
  const clock = options.clock === undefined ? {} : { clock: options.clock }

  let config = parseConfig(settings, 'development', folder.path)
  let authority = await start(config, { logger, ...clock })
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    logged,
    get config() {
      return config
    },
    client: new AuthorityClient(url),
    async restart(changes = {}) {
      await authority.close()
      config = parseConfig({ ...settings, ...changes }, 'development', folder.path)
      authority = await start(config, { logger, ...clock })
    },
    async [Symbol.asyncDispose]() {
      await authority.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

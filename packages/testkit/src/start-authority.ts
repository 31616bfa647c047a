import { join } from 'node:path'
import {
  type Authority,
  type Clock,
  type Config,
  parseConfig,
  startAuthority as start,
} from '@signet/server'
import { type Logger, pino } from 'pino'
import { AuthorityClient } from './authority-client.ts'
import { findFreePort } from './free-port.ts'
import { watchSource } from './leaks.ts'
import { openTempFolder } from './temp-folder.ts'
import { keepSettings, watchBeforeEnd } from './watch-authority.ts'

export interface StartedAuthority extends AsyncDisposable {
  readonly url: string
  readonly config: Config
  readonly client: AuthorityClient
  /** Where its SQLite database and its secret file are, unless it was given a database. */
  readonly folder: string
  /** The SQLite file. */
  readonly databasePath: string
  /** Everything that was logged so far, a JSON line each. */
  readonly logged: readonly string[]
  /** Closes it; its port and its folder stay its own. */
  stop(): Promise<void>
  /** Starts it again where it was, with settings changed against those it was made with. */
  start(changes?: Record<string, string>): Promise<void>
  /** Stops it and starts it again on the same port and database. */
  restart(changes?: Record<string, string>): Promise<void>
}

/** A real authority in this process, on a loopback port of its own and a database of its own. */
export async function startAuthority(
  options: { settings?: Record<string, string>; clock?: Clock } = {},
): Promise<StartedAuthority> {
  const folder = await openTempFolder()
  const port = await findFreePort()
  const databasePath = join(folder.path, 'signet.db')
  const settings = {
    SIGNET_PORT: String(port),
    SIGNET_DATABASE_URL: `sqlite:${databasePath}`,
    SIGNET_LOG_LEVEL: 'debug',
    ...options.settings,
  }
  keepSettings(settings)
  const logged: string[] = []
  watchSource(() => logged.join(''))
  const logger: Logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) })
  const clock = options.clock === undefined ? {} : { clock: options.clock }
  const url = `http://127.0.0.1:${port}`
  let config = parseConfig(settings, 'development', folder.path)
  let running: Authority | null = null

  const authority: StartedAuthority = {
    url,
    logged,
    folder: folder.path,
    databasePath,
    client: new AuthorityClient(url),
    get config() {
      return config
    },
    async start(changes = {}) {
      keepSettings(changes)
      config = parseConfig({ ...settings, ...changes }, 'development', folder.path)
      running = await start(config, { logger, ...clock })
    },
    async stop() {
      const stopping = running
      running = null
      if (stopping !== null) {
        await watchBeforeEnd({ url, secretFile: join(folder.path, 'signet.secret') })
      }
      await stopping?.close()
    },
    async restart(changes) {
      await authority.stop()
      await authority.start(changes)
    },
    async [Symbol.asyncDispose]() {
      await authority.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
  try {
    await authority.start()
    return authority
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}

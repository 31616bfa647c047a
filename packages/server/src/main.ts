// The authority as a process: settings in, signals handled, exit code out. With config/env.ts the
// only file that touches the process.
import { pino } from 'pino'
import { type Authority, startAuthority } from './app.ts'
import { type Config, type Mode, parseConfig } from './config/config.ts'
import { readEnvironment } from './config/env.ts'

export interface RunningAuthority {
  readonly config: Config
  /** Resolves after a signal, once everything is closed. */
  readonly ended: Promise<void>
}

/** The config of this process. @throws StartError with every problem at once */
export function readConfig(mode: Mode): Config {
  return parseConfig(readEnvironment(), mode, process.cwd())
}

/**
 * Runs an authority until SIGTERM or SIGINT; a second signal ends it at once.
 * @throws StartError when it cannot start
 */
export async function runAuthority(mode: Mode): Promise<RunningAuthority> {
  const config = readConfig(mode)
  const logger = pino({ level: config.logLevel, base: null })
  const authority = await startAuthority(config, { logger })
  logger.info({ issuer: config.issuer, port: config.port, mode }, 'listening')
  return { config, ended: endOnSignal(authority) }
}

/** Longest time that answers under way get; a feed or an idle connection is ended at once. */
const CLOSE_TIMEOUT_MS = 8_000

function endOnSignal(authority: Authority): Promise<void> {
  return new Promise((resolve, reject) => {
    let ending = false
    const end = () => {
      if (ending) process.exit(1)
      ending = true
      setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref()
      authority.close().then(resolve, reject)
    }
    process.on('SIGTERM', end)
    process.on('SIGINT', end)
  })
}

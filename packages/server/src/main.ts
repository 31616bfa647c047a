// The authority as a process: settings in, signals handled, exit code out. With config/env.ts the
// only file that touches the process.
import { type DestinationStream, type Logger, pino } from 'pino'
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
  const logger = pino({ level: config.logLevel, base: null }, openLogOutput())
  const authority = await startAuthority(config, { logger })
  return { config, ended: endOnSignal(authority, logger) }
}

/**
 * Standard output, written to once for all lines of a turn of the event loop and when the process
 * ends in any way that it notices.
 */
function openLogOutput(): DestinationStream {
  const output = pino.destination(1)
  let lines = ''
  const flush = () => {
    if (lines !== '') output.write(lines)
    lines = ''
  }
  process.on('exit', flush)
  return {
    write(line) {
      if (lines === '') setImmediate(flush)
      lines += line
    },
  }
}

/** Longest time for an orderly end; answers under way get 5 s of it. */
const CLOSE_TIMEOUT_MS = 8_000

/** Ctrl-C under npm comes twice: from the terminal and from npm. Later ones are meant. */
const SAME_SIGNAL_MS = 1_000

function endOnSignal(authority: Authority, logger: Logger): Promise<void> {
  return new Promise((resolve, reject) => {
    let endingSince: number | null = null
    const giveUp = (why: string) => {
      logger.error({ why }, 'ended without closing everything')
      process.exit(1)
    }
    const end = (signal: NodeJS.Signals) => {
      if (endingSince !== null) {
        if (performance.now() - endingSince > SAME_SIGNAL_MS) giveUp('another signal')
        return
      }
      endingSince = performance.now()
      logger.info({ signal }, 'closing')
      setTimeout(() => giveUp('closing took too long'), CLOSE_TIMEOUT_MS).unref()
      authority.close().then(resolve, reject)
    }
    process.on('SIGTERM', end)
    process.on('SIGINT', end)
  })
}

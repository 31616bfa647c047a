import type { Config } from '@signet/server'
import { Command, Option } from 'commander'
import { type Result, verdictOf } from '../doctor/results.ts'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { doctorScreen } from '../output/doctor-screen.ts'
import { printableJson } from '../output/messages.ts'
import { createProgress } from '../output/progress.ts'
import { createStyle } from '../output/style.ts'

interface Options {
  readonly dev?: true
  readonly issuer?: string
  readonly json?: true
}

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('check a deployment from inside and outside, and say what to do; changes nothing')
    .option('--dev', 'read the settings as `signet dev` does, not as `signet serve`')
    .addOption(
      new Option(
        '--issuer <issuer>',
        'look at this issuer from outside alone, from any machine and without its settings',
      ).conflicts('dev'),
    )
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: ['signet doctor', 'signet doctor --issuer https://login.example --json'],
    notes: [
      'Exit codes: 0 no problem (there may be warnings), 10 problems. All findings: docs/operations/doctor.md',
      'A revocation feed that is for clients is followed with SIGNET_CLIENT_ID and SIGNET_CLIENT_SECRET_FILE, as a service does.',
    ],
  })
}

/** What hangs is not waited for once everything is said. */
const LEAVE_MS = 1_000

async function run({ dev, issuer, json }: Options): Promise<void> {
  if (issuer !== undefined) checkAddress(issuer)
  const progress = createProgress()
  process.once('SIGINT', () => {
    progress.end()
    process.exit(EXIT.interrupted)
  })
  progress.show('looking, for at most half a minute (longer at a large SQLite file) …')
  try {
    const examined =
      issuer === undefined
        ? await examine(dev === true ? 'development' : 'production')
        : { issuer, results: await examineFrom(issuer) }
    progress.end()
    if (verdictOf(examined.results) === 'problem') process.exitCode = EXIT.problems
    process.stdout.write(json ? jsonOf(examined) : screenOf(examined))
  } finally {
    progress.end()
    setTimeout(() => process.exit(), LEAVE_MS).unref()
  }
}

interface Examined {
  /** Null where the settings do not say. */
  readonly issuer: string | null
  readonly results: readonly Result[]
}

async function examine(mode: 'development' | 'production'): Promise<Examined> {
  const { readConfig } = await import('@signet/server')
  const { StartError } = await import('@signet/server/errors')
  const { examineDeployment, withoutConfig } = await import('../doctor/examine.ts')
  let config: Config
  try {
    config = readConfig(mode)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return { issuer: null, results: withoutConfig(error.problems) }
  }
  return { issuer: config.issuer, results: await examineDeployment(config) }
}

async function examineFrom(issuer: string): Promise<readonly Result[]> {
  const { examineIssuer } = await import('../doctor/examine.ts')
  return examineIssuer(issuer)
}

/** @throws CommandError */
function checkAddress(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : null
  const isWeb = url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === ''
  if (isWeb && !/[?#]|\/$/.test(issuer)) return
  throw new CommandError(
    '--issuer takes an address such as https://login.example, without a slash at its end',
  )
}

function screenOf({ issuer, results }: Examined): string {
  return doctorScreen(results, { issuer, style: createStyle(process.stdout) })
}

function jsonOf({ issuer, results }: Examined): string {
  return `${printableJson({ issuer, verdict: verdictOf(results), checks: results }, 2)}\n`
}

import type { Config } from '@signet/server'
import { Command } from 'commander'
import { contentsJson, countsInWords, runWithServer } from '../backup-run.ts'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { askToGoOn } from '../input/confirmation.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'
import { createProgress } from '../output/progress.ts'

interface Options {
  readonly inPlace?: true
  readonly yes?: true
  readonly json?: true
}

export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('put a backup into an empty database; no session and no key from before works on')
    .argument('[file]', 'what `signet backup` wrote')
    .option('--in-place', 'no file: the database itself was put back by other means')
    .option('--yes', 'with --in-place: do not ask')
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: [
      'SIGNET_DATABASE_URL=sqlite:./data/new.db signet restore signet-backup.gz',
      'signet restore --in-place',
    ],
    notes: [
      'A restore is a new beginning: everybody logs in again, the next start makes new signing keys, and services that follow the revocation feed refuse every token from before. With SIGNET_ALG=HS256 it asks for a new SIGNET_TOKEN_SECRET. Stop every authority that uses the database first.',
      'All of it happens, or nothing: also when it is interrupted.',
    ],
  })
}

async function run(file: string | undefined, { inPlace, yes, json }: Options): Promise<void> {
  if ((file === undefined) === (inPlace === undefined)) {
    throw new CommandError('name either the file of a backup or --in-place')
  }
  process.once('SIGINT', () => process.exit(EXIT.interrupted))
  if (file === undefined) await reset({ isAgreed: yes === true, json: json === true })
  else await restore(file, json === true)
  writeNote('everybody has to log in again; no key from before signs any more')
}

async function restore(file: string, wantsJson: boolean): Promise<void> {
  const progress = createProgress()
  try {
    const contents = await runWithServer(({ readConfig, restoreBackup }) =>
      restoreBackup(readConfig('development'), {
        path: file,
        onProgress: (counts) => progress.show(countsInWords(counts)),
      }),
    )
    progress.end()
    const { counts, header } = contents
    const made = new Date(header.createdAt * 1000).toISOString().replace('.000', '')
    const words = `${countsInWords(counts)}, as of ${made} at ${printable(header.issuer)}`
    process.stdout.write(`${wantsJson ? contentsJson(file, contents) : words}\n`)
  } finally {
    progress.end()
  }
}

async function reset(options: { isAgreed: boolean; json: boolean }): Promise<void> {
  const done = await runWithServer(async ({ readConfig, resetDatabase }) => {
    const config = readConfig('development')
    if (!options.isAgreed) await askFor(config)
    return resetDatabase(config)
  })
  const { sessionsEnded, keysReplaced } = done
  const words = `${sessionsEnded} sessions ended, ${keysReplaced} signing keys taken away`
  process.stdout.write(`${options.json ? printableJson(done) : words}\n`)
}

async function askFor({ database }: Config): Promise<void> {
  const name = database.kind === 'sqlite' ? database.path : database.server.name
  const what = `this ends every session and takes away every signing key in ${name}`
  await askToGoOn({ what, word: 'yes' })
}

import { Command } from 'commander'
import { contentsJson, countsInWords, runWithServer } from '../backup-run.ts'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { writeNote } from '../output/messages.ts'
import { createProgress } from '../output/progress.ts'

interface Options {
  readonly force?: true
  readonly json?: true
}

export function backupCommand(): Command {
  const command = new Command('backup')
    .description('write accounts, roles and clients to a file, while authorities go on serving')
    .argument('<file>', 'where to; - is stdout')
    .option('--force', 'replace the file when it is there')
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: [
      'signet backup signet-backup.gz',
      'signet backup - | gpg --encrypt --recipient ops@example.com > backup.gpg',
    ],
    notes: [
      'In it: accounts with their password hashes, roles, clients with hashes of their secrets, and the ids of the signing keys. Not in it: sessions, private keys, the master secret. It restores into SQLite and PostgreSQL alike, whichever it came from.',
    ],
  })
}

/** A second one of a kind ends it at once. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function run(file: string, { force, json }: Options): Promise<void> {
  const toStdout = file === '-'
  if (toStdout) checkStdout(json === true)
  const giveUp = new AbortController()
  const interrupt = () => giveUp.abort()
  for (const signal of SIGNALS) process.once(signal, interrupt)
  const progress = createProgress()
  try {
    const contents = await runWithServer(({ readConfig, writeBackup }) =>
      writeBackup(readConfig('development'), {
        to: toStdout ? process.stdout : { path: file, replace: force === true },
        signal: giveUp.signal,
        onUnrecorded: (reason) =>
          writeNote(
            `the audit log does not say that this was done: it cannot be written (${reason})`,
          ),
        onProgress: (counts) => progress.show(countsInWords(counts)),
      }),
    )
    progress.end()
    const words = countsInWords(contents.counts)
    if (toStdout) writeNote(`${words} written`)
    else process.stdout.write(`${json ? contentsJson(file, contents) : words}\n`)
    writeNote('password hashes are in it: keep it as safe as the database')
  } catch (error) {
    progress.end()
    if (!giveUp.signal.aborted) throw error
    throw new CommandError('interrupted: there is no backup', 'interrupted')
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

function checkStdout(wantsJson: boolean): void {
  if (process.stdout.isTTY) {
    throw new CommandError('a backup is not for a terminal: redirect it, or name a file')
  }
  if (wantsJson) throw new CommandError('--json needs a file: stdout is taken by the backup')
  // Unlike a list that somebody stopped reading, a backup that was not read to its end is none.
  process.stdout.prependListener('error', ({ code }: NodeJS.ErrnoException) => {
    writeNote(`stdout cannot be written (${code}): what was written is no whole backup`)
    process.exit(EXIT.unexpected)
  })
}

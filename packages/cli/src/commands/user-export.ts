import { Command } from 'commander'
import { runWithServer } from '../backup-run.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printableJson, writeNote } from '../output/messages.ts'
import { createProgress } from '../output/progress.ts'

interface Options {
  readonly out: string
  readonly force?: true
  readonly json?: true
}

export function userExportCommand(): Command {
  const command = new Command('export')
    .description('write every account with the hash of its password, as rows that import reads')
    .option('--out <file>', 'where to; - is stdout', '-')
    .option('--force', 'replace the file when it is there; write hashes to a terminal')
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: [
      'signet user export --out accounts.ndjson',
      'signet user export | gpg --encrypt -r ops@example.com > accounts.ndjson.gpg',
    ],
    notes: [
      'Every account as it is at one moment, while authorities go on serving. Sessions and the scopes of roles are not in it. What a row has: docs/reference/account-rows.md.',
    ],
  })
}

/** A second one of a kind ends it at once. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function run({ out, force, json }: Options): Promise<void> {
  const toStdout = out === '-'
  if (toStdout && process.stdout.isTTY && !force) {
    throw new CommandError(
      'password hashes are not for a terminal: redirect them, or name a file with --out',
    )
  }
  if (toStdout && json) throw new CommandError('--json needs --out: stdout is taken by the rows')
  const giveUp = new AbortController()
  const interrupt = () => giveUp.abort()
  for (const signal of SIGNALS) process.once(signal, interrupt)
  const progress = createProgress()
  try {
    const accounts = await runWithServer(({ readConfig, exportAccounts }) =>
      exportAccounts(readConfig('development'), {
        to: toStdout ? process.stdout : { path: out, replace: force === true },
        signal: giveUp.signal,
        onUnrecorded: (reason) =>
          writeNote(
            `the audit log does not say that this was done: it cannot be written (${reason})`,
          ),
        onProgress: (count) => progress.show(inWords(count)),
      }),
    )
    progress.end()
    if (toStdout) writeNote(`${inWords(accounts)} written`)
    else
      process.stdout.write(`${json ? printableJson({ file: out, accounts }) : inWords(accounts)}\n`)
    writeNote('password hashes are in it: keep it as safe as the database')
  } catch (error) {
    progress.end()
    if (!giveUp.signal.aborted) throw error
    throw new CommandError('interrupted: the export is not whole', 'interrupted')
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

function inWords(count: number): string {
  return `${count.toLocaleString('en')} account${count === 1 ? '' : 's'}`
}

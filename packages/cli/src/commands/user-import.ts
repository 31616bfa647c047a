import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import type { ImportCounts, RefusedLine } from '@signet/server'
import { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { readFileLimited } from '../input/read-limited.ts'
import { withManual } from '../manual.ts'
import { printableJson, writeNote } from '../output/messages.ts'
import { createProgress } from '../output/progress.ts'

interface Options {
  readonly dryRun?: true
  readonly skipExisting?: true
  readonly firebaseParams?: string
  readonly report?: string
  readonly json?: true
}

export function userImportCommand(): Command {
  const command = new Command('import')
    .description('bring accounts along from another system, with the hashes of their passwords')
    .argument('<file>', 'one JSON object per line; - is stdin')
    .option('--dry-run', 'judge every row and write nothing')
    .option('--skip-existing', 'pass over accounts that are there with other content')
    .option(
      '--firebase-params <file>',
      'the password hash parameters that the Firebase console shows',
    )
    .option('--report <file>', 'write every refused line to a new file: number, code, reason')
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: [
      'signet user import accounts.ndjson --dry-run',
      'signet user import accounts.ndjson --report refused.ndjson',
      'signet user import firebase.ndjson --firebase-params hash-config.txt',
    ],
    notes: [
      'How to get rows out of Auth0, Firebase, Keycloak, Devise and Django: docs/operations/import.md. What a row may have: docs/reference/account-rows.md. Passwords in the clear are refused; hashes are verified at the first login and replaced then.',
      'An import that was interrupted, however that happened, goes on when it is run again: rows that were put in are found to be there. No account that is there is changed. Where any line was refused the exit code is 2, and all others are in nevertheless.',
    ],
  })
}

/** A second one of a kind ends it at once. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function run(file: string, options: Options): Promise<void> {
  const { importAccounts, rehearseImport, readConfig } = await import('@signet/server')
  const config = readConfig('development')
  const firebaseParameters = await readParameters(options.firebaseParams)
  const source = await openSource(file)
  const refusals = openRefusals(options.report)
  const giveUp = new AbortController()
  const interrupt = () => giveUp.abort()
  for (const signal of SIGNALS) process.once(signal, interrupt)
  const progress = createProgress()
  let done = 0
  addAbortSignal(giveUp.signal, source.stream)
  try {
    const work = options.dryRun ? rehearseImport : importAccounts
    const counts = await work(config, {
      source: source.bytes(),
      differing: options.skipExisting ? 'skip' : 'refuse',
      onRefused: refusals.take,
      onProgress: (soFar) => {
        done = soFar.rows
        progress.show(`${bar(source.share())}${inWords(soFar, 'imported')}`)
      },
      ...(firebaseParameters === null ? {} : { firebaseParameters }),
    })
    progress.end()
    show(counts, options)
    refusals.tellRest(counts.refused)
    if (counts.refused > 0) process.exitCode = EXIT.usage
  } catch (error) {
    progress.end()
    if (!giveUp.signal.aborted) throw error
    const rows = done.toLocaleString('en')
    const what = `interrupted after ${rows} rows: run the same again to go on from there`
    throw new CommandError(what, 'interrupted')
  } finally {
    source.stream.destroy()
    refusals.close()
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

async function readParameters(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null
  const bytes = await readFileLimited(file, {
    what: '--firebase-params',
    maxBytes: 65_536,
    unreadable: 'usage',
    tooLarge: 'usage',
  })
  return bytes.toString()
}

interface Source {
  readonly stream: Readable
  bytes(): AsyncIterable<Uint8Array>
  /** How much of it was read, from 0 to 1; null where its length is not known. */
  share(): number | null
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this user may not read the file',
  EPERM: 'this user may not read the file',
}

async function openSource(file: string): Promise<Source> {
  if (file === '-') return sourceOf(process.stdin, null)
  try {
    const handle = await open(file)
    const stats = await handle.stat()
    if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    return sourceOf(handle.createReadStream(), stats.isFile() ? stats.size : null)
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    const isDenied = code === 'EACCES' || code === 'EPERM'
    const reason = REASONS[code] ?? `the file cannot be read (${code})`
    throw new CommandError(reason, isDenied ? 'notPermitted' : 'usage')
  }
}

function sourceOf(stream: Readable, size: number | null): Source {
  let bytesRead = 0
  return {
    stream,
    async *bytes() {
      for await (const piece of stream) {
        bytesRead += piece.length
        yield piece
      }
    },
    share: () => (size === null || size === 0 ? null : bytesRead / size),
  }
}

/** More than these are only counted, and in the report. */
const SHOWN = 10

function openRefusals(report: string | undefined) {
  const file = report === undefined ? null : createReport(report)
  let count = 0
  return {
    take({ line, refusal: { code, message } }: RefusedLine): void {
      count += 1
      if (count <= SHOWN) writeNote(`line ${line}: ${message}`)
      if (file !== null) writeSync(file, `${JSON.stringify({ line, code, reason: message })}\n`)
    },
    tellRest(all: number): void {
      if (all <= SHOWN) return
      const where = report === undefined ? '--report FILE lists them all' : `all are in ${report}`
      writeNote(`and ${(all - SHOWN).toLocaleString('en')} more: ${where}`)
    },
    /** A report with nothing in it goes, so that the same command can be run again. */
    close(): void {
      if (file === null || report === undefined) return
      closeSync(file)
      if (count === 0) rmSync(report)
    },
  }
}

function createReport(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandError(
      code === 'EEXIST'
        ? '--report: there is such a file already; name a new one'
        : `--report: the file cannot be made (${code})`,
    )
  }
}

function show(counts: ImportCounts, { json, dryRun }: Options): void {
  for (const role of counts.rolesMade) {
    writeNote(`the role ${role} ${dryRun ? 'would be' : 'is'} new (it carries no scopes yet)`)
  }
  const words = inWords(counts, dryRun ? 'to import' : 'imported')
  const text = json ? printableJson({ ...counts, dryRun: dryRun === true }) : words
  process.stdout.write(`${text}\n`)
  if (dryRun) writeNote('nothing was written')
}

function inWords(counts: ImportCounts, done: 'imported' | 'to import'): string {
  const { rows, imported, existing, skipped, refused } = counts
  const parts = [
    `${imported.toLocaleString('en')} ${done}`,
    `${existing.toLocaleString('en')} there already`,
    ...(skipped === 0 ? [] : [`${skipped.toLocaleString('en')} passed over`]),
    `${refused.toLocaleString('en')} refused`,
  ]
  return `${rows.toLocaleString('en')} rows: ${parts.join(', ')}`
}

const BAR = 20

function bar(share: number | null): string {
  if (share === null) return ''
  const filled = Math.round(Math.min(share, 1) * BAR)
  const percent = String(Math.floor(Math.min(share, 1) * 100)).padStart(3)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${percent} %  `
}

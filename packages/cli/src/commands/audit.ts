import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { getAccount } from '../admin/find-account.ts'
import { type CallAdmin, runAdmin } from '../admin/run-admin.ts'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

interface EntryAnswer {
  readonly sequence: number
  readonly at: number
  readonly type: string
  readonly result: 'done' | 'refused'
  readonly actor: string | null
  readonly accountId: string | null
  readonly sessionId: string | null
  readonly address: string | null
  readonly detail: Record<string, unknown> | null
}

interface EntryPage {
  readonly entries: EntryAnswer[]
  /** The end of the log, as of before the entries were read. */
  readonly head: number
}

const FOLLOW_MS = 1_000
const MAX_LINES = 1_000

export function auditTailCommand(): Command {
  const command = new Command('tail')
    .description('show what happened last, and with --follow what happens from now on')
    .option('--lines <number>', 'how many entries to begin with', '20')
    .option('--account <account>', 'only about this account: its e-mail address or its id')
    .option('--follow', 'go on until Ctrl-C')
    .addOption(jsonOption('print JSON: one entry per line'))
    .action((options: { lines: string; account?: string; follow?: boolean; json?: boolean }) => {
      const lines = Number(options.lines)
      if (!Number.isInteger(lines) || lines < 0 || lines > MAX_LINES) {
        throw new CommandError(`--lines takes a number from 0 to ${MAX_LINES}`)
      }
      return runAdmin(async (call) => {
        const { account: who, follow, json } = options
        const account = who === undefined ? undefined : (await getAccount(call, who)).id
        const show = (entry: EntryAnswer) =>
          process.stdout.write(`${json ? printableJson(entry) : printable(line(entry))}\n`)
        await tail(call, { lines, account, follow: follow === true, show })
      })
    })
  return withManual(command, {
    examples: ['signet audit tail', 'signet audit tail --follow --account ada@example.com'],
  })
}

async function tail(
  call: CallAdmin,
  options: {
    lines: number
    account: string | undefined
    follow: boolean
    show: (entry: EntryAnswer) => void
  },
): Promise<void> {
  const { lines, account, follow, show } = options
  if (follow) process.once('SIGINT', () => process.exit(EXIT.interrupted))
  let query: Record<string, string> = { last: String(lines) }
  let seen: number | null = null
  for (;;) {
    const text = new URLSearchParams({ ...query, ...(account === undefined ? {} : { account }) })
    const { entries, head } = await call<EntryPage>({ path: `/admin/audit?${text}` })
    for (const entry of entries) show(entry)
    if (!follow) return
    seen = entries.at(-1)?.sequence ?? (seen === null ? head : seen)
    query = { after: String(seen) }
    await sleep(FOLLOW_MS)
  }
}

interface Report {
  readonly rows: number
  readonly head: { readonly sequence: number; readonly hash: string }
  readonly faults: readonly { readonly sequence: number; readonly fault: string }[]
}

const FAULTS: Record<string, string> = {
  changed: 'was changed, or put in another place',
  missing: 'is missing',
  resealed: 'was written by somebody without the master secret',
  secret_unknown: 'cannot be judged: its master secret is not configured any more',
  cut: 'and what came after it was cut off, or the note of the end was changed',
  emptied: 'is not the first: sessions that are still there were opened before it was written',
}

export function auditVerifyCommand(): Command {
  const command = new Command('verify')
    .description('read the whole audit log and name every entry that is not as it was written')
    .option('--expect <head>', 'the head that an earlier run printed: it must still be there')
    .addOption(jsonOption())
    .action(({ expect, json }: { expect?: string; json?: boolean }) =>
      runAdmin(async (call) => {
        const report = await call<Report>({ path: '/admin/audit/verify' })
        const isThere = expect === undefined || (await hasHead(call, expect))
        const { rows, head, faults } = report
        const isWhole = faults.length === 0 && isThere
        // Said before anything is printed: whoever reads it may stop reading, as `head` does.
        if (!isWhole) process.exitCode = EXIT.claims
        const text = json
          ? printableJson({ ...report, expected: expect === undefined ? null : isThere })
          : `${rows} entries, head ${head.sequence}:${head.hash}`
        process.stdout.write(`${text}\n`)
        for (const { sequence, fault } of faults) {
          writeNote(`entry ${sequence} ${FAULTS[fault] ?? fault}`)
        }
        if (!isThere) writeNote('the head that was expected is not there: the log was put back')
        if (!isWhole) {
          throw new CommandError('the audit log is not as it was written', 'claims')
        }
      }),
    )
  return withManual(command, {
    examples: ['signet audit verify', 'signet audit verify --expect 1042:9f86d0…'],
    notes: [
      'Keep the head that it prints somewhere else: a later run with --expect shows that nothing was cut off or put back since.',
    ],
  })
}

async function hasHead(call: CallAdmin, expected: string): Promise<boolean> {
  const [, sequence = '', hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(expected) ?? []
  if (hash === '')
    throw new CommandError('--expect takes what `signet audit verify` prints: 17:9f86…')
  const query = new URLSearchParams({ after: String(Number(sequence) - 1), limit: '1' })
  const { entries } = await call<{ entries: (EntryAnswer & { hash: string })[] }>({
    path: `/admin/audit?${query}`,
  })
  return entries[0]?.sequence === Number(sequence) && entries[0].hash === hash
}

function line({
  sequence,
  at,
  type,
  result,
  actor,
  accountId,
  sessionId,
  address,
  detail,
}: EntryAnswer): string {
  const when = new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ')
  const about = [accountId === actor ? null : accountId, sessionId].filter((id) => id !== null)
  const more =
    detail === null ? [] : Object.entries(detail).map(([name, value]) => `${name}=${value}`)
  return [
    sequence,
    when,
    result === 'refused' && !type.endsWith('_refused') ? `${type} (refused)` : type,
    actor ?? 'nobody known',
    ...(about.length === 0 ? [] : [`about ${about.join(' ')}`]),
    ...(address === null ? [] : [`from ${address}`]),
    ...more,
  ].join('  ')
}

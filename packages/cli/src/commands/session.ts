import { Command } from 'commander'
import { momentText } from '../admin/account-lines.ts'
import { getAccount } from '../admin/find-account.ts'
import { pages, runAdmin } from '../admin/run-admin.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { collectSessionId } from '../input/session-ids.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

interface SessionAnswer {
  readonly id: string
  readonly accountId: string
  readonly device: string
  readonly address: string | null
  readonly createdAt: number
  readonly lastUsedAt: number
}

export function sessionListCommand(): Command {
  const command = new Command('list')
    .description('list the sessions that are alive')
    .option('--account <account>', 'only of this account: its e-mail address or its id')
    .option('--address <address>', 'only those that were opened from this address')
    .addOption(jsonOption('print JSON: one session per line'))
    .action((options: { account?: string; address?: string; json?: boolean }) =>
      runAdmin(async (call) => {
        const { account: who, address, json } = options
        const account = who === undefined ? undefined : (await getAccount(call, who)).id
        const list = { path: '/admin/sessions', member: 'sessions', query: { account, address } }
        let count = 0
        for await (const session of pages<SessionAnswer>(call, list)) {
          process.stdout.write(`${json ? printableJson(session) : printable(line(session))}\n`)
          count += 1
        }
        if (count === 0 && !json) writeNote('there are no such sessions')
      }),
    )
  return withManual(command, {
    examples: ['signet session list --account ada@example.com'],
  })
}

export function sessionEndCommand(): Command {
  const command = new Command('end')
    .description('end sessions: their tokens die at every service within milliseconds')
    .argument('[session...]', 'ids, as `signet session list` shows them', collectSessionId)
    .option('--account <account>', 'every session of this account')
    .addOption(jsonOption())
    .action((ids: string[], { account: who, json }: { account?: string; json?: boolean }) => {
      if ((ids.length === 0) === (who === undefined)) {
        throw new CommandError('name sessions, or --account and whose')
      }
      return runAdmin(async (call) => {
        let ended = ids.length
        if (who === undefined) {
          await call({ method: 'POST', path: '/admin/sessions/end', body: { ids } })
        } else {
          const { id } = await getAccount(call, who)
          const path = `/admin/accounts/${id}/sessions`
          ended = (await call<{ ended: number }>({ method: 'DELETE', path })).ended
        }
        process.stdout.write(json ? `${printableJson({ ended })}\n` : `${ended} ended\n`)
      })
    })
  return withManual(command, {
    examples: [
      'signet session end ses_8t0zqk1QyEuoYk3mFvJ5dw',
      'signet session end --account ada@example.com',
    ],
  })
}

function line({ id, accountId, device, address, lastUsedAt }: SessionAnswer): string {
  return `${id}  ${accountId}  ${momentText(lastUsedAt)}  ${address ?? '-'}  ${device}`
}

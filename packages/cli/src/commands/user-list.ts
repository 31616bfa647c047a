import { Command } from 'commander'
import { type AccountAnswer, accountLine } from '../admin/account-lines.ts'
import { pages, runAdmin } from '../admin/run-admin.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

export function userListCommand(): Command {
  const command = new Command('list')
    .description('list the accounts, oldest first (to the second)')
    .option('--email <address>', 'only the account with this address')
    .addOption(jsonOption('print JSON: one account per line'))
    .action(({ json = false, email }: { json?: boolean; email?: string }) =>
      runAdmin(async (call) => {
        let count = 0
        const list = { path: '/admin/accounts', member: 'accounts', query: { email } }
        for await (const account of pages<AccountAnswer>(call, list)) {
          const text = json ? printableJson(account) : printable(accountLine(account))
          process.stdout.write(`${text}\n`)
          count += 1
        }
        if (count === 0 && !json) writeNote('there are no such accounts yet')
      }),
    )
  return withManual(command, {
    examples: ['signet user list', 'signet user list --json | wc -l'],
  })
}

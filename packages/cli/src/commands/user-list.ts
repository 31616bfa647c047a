import type { Account } from '@signet/server'
import { Command } from 'commander'
import { accountJson } from '../account-output.ts'
import { withManual } from '../manual.ts'

export function userListCommand(): Command {
  const command = new Command('list')
    .description('list the accounts, oldest first (to the second)')
    .option('--json', 'print JSON: one account per line')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { openAccounts, readConfig } = await import('@signet/server')
      const { accounts, close } = await openAccounts(readConfig('development'), {
        missing: 'refuse',
      })
      try {
        let count = 0
        for await (const account of accounts.list()) {
          process.stdout.write(json ? accountJson(account) : line(account))
          count += 1
        }
        if (count === 0 && !json) process.stderr.write('signet: there are no accounts yet\n')
      } finally {
        await close()
      }
    })
  return withManual(command, {
    examples: ['signet user list', 'signet user list --json | wc -l'],
    notes: [
      'Opens the database of the settings (SIGNET_DATABASE_URL); an authority may be running on it.',
    ],
  })
}

function line({ id, email, roles, disabledAt, createdAt }: Account): string {
  const created = new Date(createdAt * 1000).toISOString().slice(0, 16).replace('T', ' ')
  const state = disabledAt === null ? '' : '  disabled'
  return `${id}  ${created}  ${email}  ${roles.join(' ') || '-'}${state}\n`
}

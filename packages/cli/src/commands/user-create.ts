import type { Account } from '@signet/server'
import { Command } from 'commander'
import { accountJson } from '../account-output.ts'
import { readPassword } from '../input/password-input.ts'
import { withManual } from '../manual.ts'

interface Options {
  name?: string
  role?: string[]
  passwordFile?: string
  json?: boolean
}

export function userCreateCommand(): Command {
  const command = new Command('create')
    .description('make an account; the password is asked for, or read from stdin or a file')
    .argument('<email>', 'the address to log in with')
    .option('--name <name>', 'what to call the person')
    .option('--role <role>', 'a role to give; may be repeated', collect)
    .option('--password-file <file>', 'read the password from this file (its first line)')
    .option('--json', 'print JSON')
    .action(async (email: string, options: Options) => {
      const password = await readPassword(options.passwordFile)
      const { OPERATOR, openAccounts, readConfig } = await import('@signet/server')
      const { accounts, close } = await openAccounts(readConfig('development'), {
        missing: 'create',
      })
      try {
        const { account, rolesMade } = await accounts.create({
          email,
          password,
          name: options.name ?? null,
          roles: options.role ?? [],
          by: OPERATOR,
        })
        for (const role of rolesMade) {
          process.stderr.write(`signet: the role ${role} is new (it carries no scopes yet)\n`)
        }
        process.stdout.write(options.json ? accountJson(account) : line(account))
      } finally {
        await close()
      }
    })
  return withManual(command, {
    examples: [
      'signet user create ada@example.com --role admin',
      'signet user create bob@example.com --name Bob < password.txt',
    ],
    notes: [
      'Opens the database of the settings (SIGNET_DATABASE_URL), and makes one where there is none yet, as a first start would. An authority may be running on it, and knows the account at once.',
    ],
  })
}

function collect(role: string, roles: string[] = []): string[] {
  return [...roles, role]
}

function line({ id, email, roles }: Account): string {
  return `${id}  ${email}  ${roles.length === 0 ? '(no roles)' : roles.join(' ')}\n`
}

import { Command } from 'commander'
import { type AccountAnswer, accountLine } from '../admin/account-lines.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { collect, jsonOption } from '../input/options.ts'
import { readPassword } from '../input/password-input.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

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
    .addOption(jsonOption())
    .action(async (email: string, { name, role: roles = [], passwordFile, json }: Options) => {
      const password = await readPassword(passwordFile)
      await runAdmin(
        async (call) => {
          const { rolesMade, ...account } = await call<AccountAnswer & { rolesMade: string[] }>({
            method: 'POST',
            path: '/admin/accounts',
            body: { email, password, roles, ...(name === undefined ? {} : { name }) },
          })
          for (const role of rolesMade) {
            writeNote(`the role ${role} is new (it carries no scopes yet)`)
          }
          const text = json ? printableJson(account) : printable(accountLine(account))
          process.stdout.write(`${text}\n`)
        },
        { missing: 'create' },
      )
    })
  return withManual(command, {
    examples: [
      'signet user create ada@example.com --role admin',
      'signet user create bob@example.com --name Bob < password.txt',
    ],
    notes: [
      'Works on the database of the settings (SIGNET_DATABASE_URL), and makes one where there is none yet, as a first start would. An authority may be running on it, and knows the account at once.',
    ],
  })
}

import { Command } from 'commander'
import { type AccountAnswer, accountLine } from '../admin/account-lines.ts'
import { getAccount } from '../admin/find-account.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { CommandError } from '../failure.ts'
import { collect, jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson } from '../output/messages.ts'

const WHO = 'its e-mail address or its id'

export function userDisableCommand(): Command {
  return withManual(
    switchCommand('disable', 'end all sessions of an account and let nobody log in to it'),
    { examples: ['signet user disable ada@example.com'] },
  )
}

export function userEnableCommand(): Command {
  return withManual(switchCommand('enable', 'let people log in to a disabled account again'), {
    examples: ['signet user enable ada@example.com'],
  })
}

function switchCommand(verb: 'disable' | 'enable', description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<account>', WHO)
    .addOption(jsonOption())
    .action((who: string, { json }: { json?: boolean }) =>
      changeAccount(who, { json, path: verb, body: undefined }),
    )
}

export function userRolesCommand(): Command {
  const command = new Command('roles')
    .description('give an account roles, or take them; its tokens with the old ones die at once')
    .argument('<account>', WHO)
    .option('--add <role>', 'a role to give; may be repeated', collect)
    .option('--remove <role>', 'a role to take; may be repeated', collect)
    .addOption(jsonOption())
    .action((who: string, options: { add?: string[]; remove?: string[]; json?: boolean }) => {
      const { add = [], remove = [], json } = options
      if (add.length + remove.length === 0) throw new CommandError('name a role: --add or --remove')
      return changeAccount(who, { json, path: 'roles', body: { add, remove } })
    })
  return withManual(command, {
    examples: ['signet user roles ada@example.com --add editor --remove reader'],
    notes: ['Sessions live on, and get the new roles with their next refresh.'],
  })
}

function changeAccount(
  who: string,
  change: { path: string; body: unknown; json: boolean | undefined },
): Promise<void> {
  return runAdmin(async (call) => {
    const { id } = await getAccount(call, who)
    const account = await call<AccountAnswer>({
      method: 'POST',
      path: `/admin/accounts/${id}/${change.path}`,
      ...(change.body === undefined ? {} : { body: change.body }),
    })
    const text = change.json ? printableJson(account) : printable(accountLine(account))
    process.stdout.write(`${text}\n`)
  })
}

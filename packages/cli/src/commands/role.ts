import { Command } from 'commander'
import { runAdmin } from '../admin/run-admin.ts'
import { collect, jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

interface RoleAnswer {
  readonly name: string
  readonly scopes: readonly string[]
}

export function roleListCommand(): Command {
  const command = new Command('list')
    .description('list the roles and the scopes that each carries')
    .addOption(jsonOption('print JSON: one role per line'))
    .action(({ json }: { json?: boolean }) =>
      runAdmin(async (call) => {
        const { roles } = await call<{ roles: RoleAnswer[] }>({ path: '/admin/roles' })
        const width = Math.max(0, ...roles.map(({ name }) => name.length))
        for (const role of roles) {
          const line = `${role.name.padEnd(width)}  ${role.scopes.join(' ') || '-'}`
          process.stdout.write(`${json ? printableJson(role) : printable(line)}\n`)
        }
        if (roles.length === 0 && !json) writeNote('there are no roles yet')
      }),
    )
  return withManual(command, { examples: ['signet role list'] })
}

export function roleSetCommand(): Command {
  const command = new Command('set')
    .description('make a role, or give it other scopes; tokens with the old ones die at once')
    .argument('<role>', 'its name')
    .option('--scope <scope>', 'a scope that it carries; may be repeated', collect)
    .addOption(jsonOption())
    .action((name: string, { scope: scopes = [], json }: { scope?: string[]; json?: boolean }) =>
      runAdmin(async (call) => {
        const path = `/admin/roles/${encodeURIComponent(name)}`
        const role = await call<RoleAnswer & { accounts: number }>({
          method: 'PUT',
          path,
          body: { scopes },
        })
        const line = `${role.name}  ${role.scopes.join(' ') || '-'}  (${role.accounts} accounts)`
        process.stdout.write(`${json ? printableJson(role) : printable(line)}\n`)
      }),
    )
  return withManual(command, {
    examples: ['signet role set editor --scope orders:read --scope orders:write'],
    notes: ['The scopes named are all that it has afterwards.'],
  })
}

export function roleRemoveCommand(): Command {
  const command = new Command('remove')
    .description('take a role away that no account has any more')
    .argument('<role>', 'its name')
    .action((name: string) =>
      runAdmin(async (call) => {
        await call({ method: 'DELETE', path: `/admin/roles/${encodeURIComponent(name)}` })
        writeNote('the role is gone')
      }),
    )
  return withManual(command, { examples: ['signet role remove editor'] })
}

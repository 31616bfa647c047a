import { Command } from 'commander'
import { type ClientAnswer, clientLine, clientLines, clientPath } from '../admin/client-lines.ts'
import { pages, runAdmin } from '../admin/run-admin.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

export function clientListCommand(): Command {
  const command = new Command('list')
    .description('list the clients, oldest first (to the second)')
    .addOption(jsonOption('print JSON: one client per line'))
    .action(({ json = false }: { json?: boolean }) =>
      runAdmin(async (call) => {
        let count = 0
        const list = { path: '/admin/clients', member: 'clients' }
        for await (const client of pages<ClientAnswer>(call, list)) {
          process.stdout.write(`${json ? printableJson(client) : printable(clientLine(client))}\n`)
          count += 1
        }
        if (count === 0 && !json) writeNote('there are no clients yet')
      }),
    )
  return withManual(command, { examples: ['signet client list'] })
}

export function clientShowCommand(): Command {
  const command = new Command('show')
    .description('show what a client may have and do')
    .argument('<client>', 'its id')
    .addOption(jsonOption())
    .action((id: string, { json }: { json?: boolean }) =>
      runAdmin(async (call) => {
        const client = await call<ClientAnswer>({ path: clientPath(id) })
        const text = json ? printableJson(client) : clientLines(client).map(printable).join('\n')
        process.stdout.write(`${text}\n`)
      }),
    )
  return withManual(command, { examples: ['signet client show cli_8t0zqk1QyEuoYk3mFvJ5dw'] })
}

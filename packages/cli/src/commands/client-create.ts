import { Command } from 'commander'
import { printSecret } from '../admin/client-secret.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { collect, jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'

interface Options {
  scope?: string[]
  audience?: string[]
  right?: string[]
  out?: string
  json?: boolean
}

export function clientCreateCommand(): Command {
  const command = new Command('create')
    .description('make a client: a program that calls services in its own name')
    .argument('<name>', 'what people call it')
    .option('--scope <scope>', 'what its tokens may carry; may be repeated', collect)
    .option('--audience <audience>', 'whom its tokens may be for; may be repeated', collect)
    .option('--right <right>', 'feed, introspect or revoke; may be repeated', collect)
    .option('--out <file>', 'write the secret to this file, readable by you alone')
    .addOption(jsonOption())
    .action((name: string, options: Options) =>
      runAdmin(
        (call) => {
          const { scope: scopes = [], audience: audiences = [], right: rights = [] } = options
          const body = { name, scopes, audiences, rights }
          return printSecret(() => call({ method: 'POST', path: '/admin/clients', body }), options)
        },
        { missing: 'create' },
      ),
    )
  return withManual(command, {
    examples: [
      'signet client create billing --scope orders:read --audience orders',
      'signet client create orders-service --right feed --out orders.secret',
    ],
    notes: [
      'Without an audience it gets no tokens, without a right it can do nothing else. `feed`: follow the revocation feed; `introspect`: ask about any token; `revoke`: end any token, not its own alone.',
    ],
  })
}

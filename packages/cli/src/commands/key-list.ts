import { Command } from 'commander'
import { type KeysAnswer, writeKeys } from '../admin/key-lines.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'

export function keyListCommand(): Command {
  const command = new Command('list')
    .description('list the signing keys of this authority, and what comes next for each')
    .addOption(jsonOption('print JSON: one key per line'))
    .action(({ json }: { json?: boolean }) =>
      runAdmin(async (call) =>
        writeKeys(await call<KeysAnswer>({ path: '/admin/keys' }), { json }),
      ),
    )
  return withManual(command, {
    examples: ['signet key list'],
    notes: [
      'Moments are UTC. "can go": from then on no token that the key signed is alive anywhere; it is taken away by itself. How it works: docs/concepts/keys.md',
    ],
  })
}

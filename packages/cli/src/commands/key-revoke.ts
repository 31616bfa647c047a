import { Command } from 'commander'
import { type KeysAnswer, writeKeys } from '../admin/key-lines.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { CommandError } from '../failure.ts'
import { askToGoOn } from '../input/confirmation.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, writeNote } from '../output/messages.ts'

interface Options {
  readonly yes?: true
  readonly json?: true
}

/** So much of an id is typed to say which key is meant. */
const TYPED_LENGTH = 6

export function keyRevokeCommand(): Command {
  const command = new Command('revoke')
    .description(
      'take a key out of use for ever: every token that it signed dies, sessions live on',
    )
    .argument('<kid>', 'its id, as `signet key list` shows it')
    .option('--yes', 'do not ask')
    .addOption(jsonOption('print JSON: one key per line'))
    .action(run)
  return withManual(command, {
    examples: ['signet key revoke qK8Yk0o3H1nJzE0m0Jc2hG7f5mD4lXwqj2tq8v3uYdA'],
    notes: [
      'For a key that others may have. The next key signs at once. It cannot be taken back. What to do and in which order: docs/operations/key-compromise.md',
    ],
  })
}

async function run(kid: string, { yes, json }: Options): Promise<void> {
  await runAdmin(async (call) => {
    const { keys } = await call<KeysAnswer>({ path: '/admin/keys' })
    const key = keys.find((one) => one.kid === kid)
    if (key === undefined) throw new CommandError(`there is no key ${printable(kid)}`)
    if (yes !== true) {
      const what = `this kills every token that the ${key.state} key ${kid} has signed`
      await askToGoOn({ what, word: kid.slice(0, TYPED_LENGTH) })
    }
    const path = `/admin/keys/${encodeURIComponent(kid)}/revoke`
    writeKeys(await call<KeysAnswer>({ method: 'POST', path }), { json })
    writeNote('the key is revoked; services that follow the feed refuse its tokens within a second')
  })
}

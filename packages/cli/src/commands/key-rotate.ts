import { Command } from 'commander'
import { type KeysAnswer, moment, writeKeys } from '../admin/key-lines.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { writeNote } from '../output/messages.ts'

export function keyRotateCommand(): Command {
  const command = new Command('rotate')
    .description('let the next key sign as soon as every service can know it')
    .addOption(jsonOption('print JSON: one key per line'))
    .action(({ json }: { json?: boolean }) =>
      runAdmin(async (call) => {
        const before = await call<KeysAnswer>({ path: '/admin/keys' })
        const after = await call<KeysAnswer>({ method: 'POST', path: '/admin/keys/rotate' })
        writeKeys(after, { json })
        const waiting = after.keys.find(({ state }) => state === 'next')
        const hasRotated = activeOf(before) !== activeOf(after)
        writeNote(
          hasRotated
            ? 'the next key signs'
            : `the next key signs from ${moment(waiting?.signsAt ?? null)} UTC, when no cache can be without it`,
        )
      }),
    )
  return withManual(command, {
    examples: ['signet key rotate'],
    notes: [
      'Nobody notices: the key before stays published until its last token is dead. A running authority does it when it is time. A key that others may have is another matter: signet key revoke.',
    ],
  })
}

function activeOf({ keys }: KeysAnswer): string | undefined {
  return keys.find(({ state }) => state === 'active')?.kid
}

import { Command } from 'commander'
import { type ClientAnswer, clientLine, clientLines, clientPath } from '../admin/client-lines.ts'
import { printSecret } from '../admin/client-secret.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

const EXAMPLE = 'cli_8t0zqk1QyEuoYk3mFvJ5dw'

export function clientDisableCommand(): Command {
  return withManual(
    switchCommand('disable', 'let a client do nothing any more; its tokens die at once'),
    { examples: [`signet client disable ${EXAMPLE}`] },
  )
}

export function clientEnableCommand(): Command {
  return withManual(switchCommand('enable', 'let a disabled client work again'), {
    examples: [`signet client enable ${EXAMPLE}`],
  })
}

function switchCommand(verb: 'disable' | 'enable', description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<client>', 'its id')
    .addOption(jsonOption())
    .action((id: string, { json }: { json?: boolean }) =>
      runAdmin(async (call) => {
        const client = await call<ClientAnswer>({
          method: 'POST',
          path: `${clientPath(id)}/${verb}`,
        })
        process.stdout.write(`${json ? printableJson(client) : printable(clientLine(client))}\n`)
      }),
    )
}

export function clientDeleteCommand(): Command {
  const command = new Command('delete')
    .description('forget a client; its tokens die at once')
    .argument('<client>', 'its id')
    .action((id: string) =>
      runAdmin(async (call) => {
        await call({ method: 'DELETE', path: clientPath(id) })
        writeNote('the client is gone')
      }),
    )
  return withManual(command, { examples: [`signet client delete ${EXAMPLE}`] })
}

interface SecretOptions {
  revoke?: true
  dropFormer?: true
  out?: string
  json?: boolean
}

export function clientSecretCommand(): Command {
  const command = new Command('secret')
    .description('make a new secret for a client; the one before works on beside it')
    .argument('<client>', 'its id')
    .option('--revoke', 'no other secret works any more, and its tokens die at once')
    .option('--drop-former', 'make none: from here on only the newest works')
    .option('--out <file>', 'write the secret to this file, readable by you alone')
    .addOption(jsonOption())
    .action(renew)
  return withManual(command, {
    examples: [
      `signet client secret ${EXAMPLE} --out billing.secret`,
      `signet client secret ${EXAMPLE} --drop-former`,
      `signet client secret ${EXAMPLE} --revoke --out billing.secret`,
    ],
    notes: [
      'Two secrets work at a time, so that nothing stops while the new one is put in place: make it, give it to the program, then drop the former. After a leak use --revoke.',
    ],
  })
}

async function renew(id: string, options: SecretOptions): Promise<void> {
  const { revoke, dropFormer, out, json } = options
  if (dropFormer && (revoke || out !== undefined)) {
    throw new CommandError('--drop-former makes no secret: give it alone')
  }
  await runAdmin(async (call) => {
    if (dropFormer) {
      const path = `${clientPath(id)}/former-secret`
      const client = await call<ClientAnswer>({ method: 'DELETE', path })
      const lines = clientLines(client).map(printable).join('\n')
      process.stdout.write(`${json ? printableJson(client) : lines}\n`)
      return
    }
    const body = { former: revoke ? 'revoke' : 'keep' }
    await printSecret(
      () => call({ method: 'POST', path: `${clientPath(id)}/secret`, body }),
      options,
    )
  })
}

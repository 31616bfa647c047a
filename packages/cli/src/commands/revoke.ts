import { Command } from 'commander'
import { clientPath } from '../admin/client-lines.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { jsonOption } from '../input/options.ts'
import { collectSessionId } from '../input/session-ids.ts'
import { readOneToken } from '../input/token-input.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'

/** What was ended, as it is printed. */
interface Ended {
  readonly kind: 'session' | 'token' | 'client'
  readonly id: string
}

export function revokeSessionCommand(): Command {
  const command = new Command('session')
    .description('end sessions with all their tokens, as `signet session end` does')
    .argument('<session...>', 'ids, as `signet session list` shows them', collectSessionId)
    .addOption(jsonOption('print JSON: one end per line'))
    .action((ids: string[], { json }: { json?: boolean }) =>
      runAdmin(async (call) => {
        await call({ method: 'POST', path: '/admin/sessions/end', body: { ids } })
        const ended = ids.map((id): Ended => ({ kind: 'session', id }))
        print(ended, json)
      }),
    )
  return withManual(command, { examples: ['signet revoke session ses_8t0zqk1QyEuoYk3mFvJ5dw'] })
}

export function revokeTokenCommand(): Command {
  const command = new Command('token')
    .description('end the session of a token, or one access token by its id')
    .argument('[jti]', 'the id of an access token; without it a token comes from stdin')
    .addOption(jsonOption())
    .action((jti: string | undefined, { json }: { json?: boolean }) => {
      if (jti === undefined) return endShown(json)
      return runAdmin(async (call) => {
        await call({ method: 'DELETE', path: `/admin/tokens/${encodeURIComponent(jti)}` })
        print([{ kind: 'token', id: jti }], json)
      })
    })
  return withManual(command, {
    examples: ['signet revoke token < token.txt', 'signet revoke token 8t0zqk1QyEuoYk3mFvJ5dw'],
    notes: [
      'A token that is shown, access or refresh, is checked and ends its session with everything that it issued; one that a client got for itself ends alone. By its id an access token ends alone: its session lives on and gets another.',
    ],
  })
}

export function revokeClientCommand(): Command {
  const command = new Command('client')
    .description('end all tokens of a client; it can get new ones within 3 seconds')
    .argument('<client>', 'its id')
    .addOption(jsonOption())
    .action((id: string, { json }: { json?: boolean }) =>
      runAdmin(async (call) => {
        await call({ method: 'DELETE', path: `${clientPath(id)}/tokens` })
        print([{ kind: 'client', id }], json)
      }),
    )
  return withManual(command, {
    examples: ['signet revoke client cli_8t0zqk1QyEuoYk3mFvJ5dw'],
    notes: [
      'Its secret still works. If that has leaked: `signet client secret --revoke`; to stop the client: `signet client disable`.',
    ],
  })
}

/** Read before anything is opened: nobody waits for a person who pastes. */
async function endShown(json: boolean | undefined): Promise<void> {
  const token = await readOneToken()
  await runAdmin(async (call) => {
    const ended = await call<Ended>({ method: 'POST', path: '/admin/tokens/end', body: { token } })
    print([ended], json)
  })
}

function print(ended: readonly Ended[], json: boolean | undefined): void {
  for (const one of ended) {
    process.stdout.write(`${json ? printableJson(one) : printable(`${one.kind}  ${one.id}`)}\n`)
  }
  if (!json) writeNote('ended; services that follow the feed refuse it within a second')
}

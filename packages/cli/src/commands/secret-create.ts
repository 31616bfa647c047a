import { Command } from 'commander'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'

export function secretCreateCommand(): Command {
  const command = new Command('create')
    .description('make a master secret: 32 random bytes, base64url, on stdout')
    .addOption(jsonOption())
    .action(async ({ json = false }: { json?: boolean }) => {
      const { createSecretText } = await import('@signet/server')
      const secret = createSecretText()
      process.stdout.write(json ? `${JSON.stringify({ secret })}\n` : `${secret}\n`)
    })
  return withManual(command, {
    examples: ['(umask 077; signet secret create > secret.txt)', 'signet secret create --json'],
    notes: [
      'A second one, never the same, is what SIGNET_TOKEN_SECRET takes with SIGNET_ALG=HS256 (docs/guides/single-team.md).',
      'It is shown on a terminal too, unlike a key of `key create`: a secret is made to be pasted into settings, a key to be read out of a file.',
    ],
  })
}

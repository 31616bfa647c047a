import { Command } from 'commander'

export function secretCreateCommand(): Command {
  return new Command('create')
    .description('make a master secret: 32 random bytes, base64url, on stdout')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  (umask 077; signet secret create > secret.txt)
  signet secret create --json`,
    )
    .action(async ({ json = false }: { json?: boolean }) => {
      const { createSecretText } = await import('@signet/server')
      const secret = createSecretText()
      process.stdout.write(json ? `${JSON.stringify({ secret })}\n` : `${secret}\n`)
    })
}

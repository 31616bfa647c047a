import { Command } from 'commander'

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the authority for production: every setting that matters must be given')
    .addHelpText(
      'after',
      `
Example (put the secret into the environment by your secret store, not by typing it):
  SIGNET_ISSUER=https://login.example.com SIGNET_FEED_ACCESS=open signet serve

All settings: .env.example`,
    )
    .action(async () => {
      const { runAuthority } = await import('@signet/server')
      const { ended } = await runAuthority('production')
      await ended
    })
}

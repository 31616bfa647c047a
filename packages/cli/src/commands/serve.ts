import { Command } from 'commander'
import { withManual } from '../manual.ts'

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('run the authority for production: every setting that matters must be given')
    .action(async () => {
      const { runAuthority } = await import('@signet/server')
      const { ended } = await runAuthority('production')
      await ended
    })
  return withManual(command, {
    examples: ['SIGNET_ISSUER=https://login.example signet serve'],
    notes: [
      'The secret gets into the environment by your secret store, not by typing it. All settings: .env.example',
    ],
  })
}

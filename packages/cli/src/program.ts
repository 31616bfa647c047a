import { Command } from 'commander'
import { devCommand } from './commands/dev.ts'
import { secretCreateCommand } from './commands/secret-create.ts'
import { serveCommand } from './commands/serve.ts'
import { tokenExplainCommand } from './commands/token-explain.ts'
import { userCreateCommand } from './commands/user-create.ts'
import { userListCommand } from './commands/user-list.ts'
import { version } from './version.ts'

/** Commands load what they run when they run: help and explanations do not wait for a server. */
export function createProgram(): Command {
  const program = new Command('signet')
    .description('Log in once, be known everywhere, be locked out at once.')
    .version(version)
    .showHelpAfterError('(signet --help shows what there is)')
    .exitOverride()
  program.addCommand(devCommand()).addCommand(serveCommand())
  group(program, 'user', 'accounts, in the database of this authority')
    .addCommand(userCreateCommand())
    .addCommand(userListCommand())
  group(program, 'token', 'look at tokens').addCommand(tokenExplainCommand())
  group(program, 'secret', 'master secrets').addCommand(secretCreateCommand())
  return inherit(program)
}

function group(program: Command, name: string, description: string): Command {
  const command = new Command(name).description(description)
  program.addCommand(command)
  return command
}

/** Commander hands settings down only to commands it makes itself. */
function inherit(command: Command): Command {
  for (const child of command.commands) inherit(child.copyInheritedSettings(command))
  return command
}

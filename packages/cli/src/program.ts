import { Command } from 'commander'
import { completionCommand } from './commands/completion.ts'
import { devCommand } from './commands/dev.ts'
import { keyCreateCommand } from './commands/key-create.ts'
import { keyExportCommand } from './commands/key-export.ts'
import { keyThumbprintCommand } from './commands/key-thumbprint.ts'
import { migrateCommand } from './commands/migrate.ts'
import { secretCreateCommand } from './commands/secret-create.ts'
import { serveCommand } from './commands/serve.ts'
import { tokenCreateCommand } from './commands/token-create.ts'
import { tokenExplainCommand } from './commands/token-explain.ts'
import { userCreateCommand } from './commands/user-create.ts'
import { userListCommand } from './commands/user-list.ts'
import { withheld } from './input/withheld.ts'
import { helpLayout } from './manual.ts'
import { version } from './version.ts'

/** Commands load what they run when they run: help and explanations do not wait for a server. */
export function createProgram(): Command {
  const program = new Command('signet')
    .description('Log in once, be known everywhere, be locked out at once.')
    .version(version)
    .showHelpAfterError('(signet --help shows what there is)')
    .configureHelp(helpLayout)
    .configureOutput({ outputError: (text, write) => write(withheld(text)) })
    .exitOverride()
  program.addCommand(devCommand()).addCommand(serveCommand())
  program.addCommand(migrateCommand())
  group(program, 'user', 'accounts, in the database of this authority')
    .addCommand(userCreateCommand())
    .addCommand(userListCommand())
  group(program, 'token', 'make tokens, check them, understand them')
    .addCommand(tokenCreateCommand())
    .addCommand(tokenExplainCommand())
  group(program, 'key', 'signing keys in files')
    .addCommand(keyCreateCommand())
    .addCommand(keyExportCommand())
    .addCommand(keyThumbprintCommand())
  group(program, 'secret', 'master secrets').addCommand(secretCreateCommand())
  program.addCommand(completionCommand(program))
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

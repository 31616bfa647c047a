import { Command } from 'commander'
import { auditTailCommand, auditVerifyCommand } from './commands/audit.ts'
import { backupCommand } from './commands/backup.ts'
import {
  clientDeleteCommand,
  clientDisableCommand,
  clientEnableCommand,
  clientSecretCommand,
} from './commands/client-change.ts'
import { clientCreateCommand } from './commands/client-create.ts'
import { clientListCommand, clientShowCommand } from './commands/client-list.ts'
import { completionCommand } from './commands/completion.ts'
import { devCommand } from './commands/dev.ts'
import { doctorCommand } from './commands/doctor.ts'
import { keyCreateCommand } from './commands/key-create.ts'
import { keyExportCommand } from './commands/key-export.ts'
import { keyImportCommand } from './commands/key-import.ts'
import { keyListCommand } from './commands/key-list.ts'
import { keyRevokeCommand } from './commands/key-revoke.ts'
import { keyRotateCommand } from './commands/key-rotate.ts'
import { keyThumbprintCommand } from './commands/key-thumbprint.ts'
import { migrateCommand } from './commands/migrate.ts'
import { restoreCommand } from './commands/restore.ts'
import { revokeClientCommand, revokeSessionCommand, revokeTokenCommand } from './commands/revoke.ts'
import { roleListCommand, roleRemoveCommand, roleSetCommand } from './commands/role.ts'
import { secretCreateCommand } from './commands/secret-create.ts'
import { serveCommand } from './commands/serve.ts'
import { sessionEndCommand, sessionListCommand } from './commands/session.ts'
import { tokenCreateCommand } from './commands/token-create.ts'
import { tokenDiffCommand } from './commands/token-diff.ts'
import { tokenExplainCommand } from './commands/token-explain.ts'
import { tokenRedactCommand } from './commands/token-redact.ts'
import { tokenVerifyCommand } from './commands/token-verify.ts'
import { userDisableCommand, userEnableCommand, userRolesCommand } from './commands/user-change.ts'
import { userCreateCommand } from './commands/user-create.ts'
import { userExportCommand } from './commands/user-export.ts'
import { userImportCommand } from './commands/user-import.ts'
import { userListCommand } from './commands/user-list.ts'
import { withheld } from './input/withheld.ts'
import { helpLayout, withManual } from './manual.ts'
import { version } from './version.ts'

/** Commands load what they run when they run: help and explanations do not wait for a server. */
export function createProgram(): Command {
  const program = new Command('signet')
    .description('Log in once, be known everywhere, be locked out at once.')
    .version(version)
    .configureHelp(helpLayout)
    .configureOutput({ outputError: (text, write) => write(withheld(text)) })
    .exitOverride()
  program.addCommand(devCommand()).addCommand(serveCommand()).addCommand(doctorCommand())
  program.addCommand(migrateCommand()).addCommand(backupCommand()).addCommand(restoreCommand())
  group(program, {
    name: 'user',
    description: 'accounts, in the database of this authority',
    examples: ['signet user create ada@example.com --role admin'],
  })
    .addCommand(userCreateCommand())
    .addCommand(userListCommand())
    .addCommand(userImportCommand())
    .addCommand(userExportCommand())
    .addCommand(userRolesCommand())
    .addCommand(userDisableCommand())
    .addCommand(userEnableCommand())
  group(program, {
    name: 'role',
    description: 'roles and the scopes they carry',
    examples: ['signet role set editor --scope orders:read --scope orders:write'],
  })
    .addCommand(roleListCommand())
    .addCommand(roleSetCommand())
    .addCommand(roleRemoveCommand())
  group(program, {
    name: 'client',
    description: 'programs that call services in their own name',
    examples: ['signet client create billing --scope orders:read --audience orders'],
  })
    .addCommand(clientCreateCommand())
    .addCommand(clientListCommand())
    .addCommand(clientShowCommand())
    .addCommand(clientDisableCommand())
    .addCommand(clientEnableCommand())
    .addCommand(clientSecretCommand())
    .addCommand(clientDeleteCommand())
  group(program, {
    name: 'session',
    description: 'who is logged in',
    examples: ['signet session list --account ada@example.com'],
  })
    .addCommand(sessionListCommand())
    .addCommand(sessionEndCommand())
  group(program, {
    name: 'revoke',
    description: 'end tokens before their time, at every service within milliseconds',
    examples: ['signet revoke token < token.txt'],
  })
    .addCommand(revokeSessionCommand())
    .addCommand(revokeTokenCommand())
    .addCommand(revokeClientCommand())
  group(program, {
    name: 'audit',
    description: 'what happened, and proof that nothing was changed afterwards',
    examples: ['signet audit tail --follow'],
  })
    .addCommand(auditTailCommand())
    .addCommand(auditVerifyCommand())
  group(program, {
    name: 'token',
    description: 'make tokens, check them, understand them',
    examples: [
      'signet token explain < t.txt',
      'signet token verify t.txt --key-file k.pem --alg RS256 --issuer I --audience A',
    ],
  })
    .addCommand(tokenCreateCommand())
    .addCommand(tokenVerifyCommand())
    .addCommand(tokenExplainCommand())
    .addCommand(tokenDiffCommand())
    .addCommand(tokenRedactCommand())
  group(program, {
    name: 'key',
    description: 'signing keys: those of this authority, and keys in files',
    examples: [
      'signet key list',
      'signet key create --alg ES256 --out k.jwk',
      'signet key export k.jwk --public --format jwks > jwks.json',
    ],
  })
    .addCommand(keyListCommand())
    .addCommand(keyRotateCommand())
    .addCommand(keyRevokeCommand())
    .addCommand(keyImportCommand())
    .addCommand(keyCreateCommand())
    .addCommand(keyExportCommand())
    .addCommand(keyThumbprintCommand())
  group(program, {
    name: 'secret',
    description: 'master secrets',
    examples: ['(umask 077; signet secret create > secret.txt)'],
  }).addCommand(secretCreateCommand())
  program.addCommand(completionCommand(program))
  withManual(program, {
    examples: [
      'signet dev                     # an authority on http://localhost:3000',
      'signet token explain < t.txt   # what a token says, and what is wrong with it',
    ],
    notes: ['All of it: docs/reference/cli.md'],
  })
  return settle(program, 'signet')
}

interface Group {
  readonly name: string
  readonly description: string
  readonly examples: readonly string[]
}

function group(program: Command, { name, description, examples }: Group): Command {
  const command = new Command(name).description(description)
  program.addCommand(command)
  return withManual(command, { examples })
}

/** Commander hands settings down only to commands it makes itself. */
function settle(command: Command, words: string): Command {
  command.showHelpAfterError(`(${words} --help shows how)`)
  for (const child of command.commands) {
    settle(child.copyInheritedSettings(command), `${words} ${child.name()}`)
  }
  return command
}

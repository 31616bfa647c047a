import { Argument, Command } from 'commander'
import { listPlaces } from '../completion/places.ts'
import { createCompletionScript, SHELLS, type Shell } from '../completion/scripts.ts'
import { withManual } from '../manual.ts'

export function completionCommand(program: Command): Command {
  const command = new Command('completion')
    .description('print a script that makes a shell complete commands and options')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => {
      process.stdout.write(createCompletionScript(listPlaces(program), shell))
    })
  return withManual(command, {
    examples: [
      'source <(signet completion bash)       # in ~/.bashrc',
      'source <(signet completion zsh)        # in ~/.zshrc',
      'signet completion fish | source        # in ~/.config/fish/config.fish',
    ],
  })
}

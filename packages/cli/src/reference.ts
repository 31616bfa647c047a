// docs/reference/cli.md, made from the commands themselves, so that it cannot say anything else.
import type { Command, Option } from 'commander'
import { EXIT, EXIT_MEANINGS, type ExitName } from './exit-codes.ts'
import { manualOf } from './manual.ts'

const OPENING = `# The command line

Made from the commands themselves by \`npm run reference -w packages/cli\`.

In a clone: \`npx signet …\`. Data goes to stdout, everything said about it to stderr, so that one
command's answer is another one's input. Passwords, secrets and tokens are read from stdin, a prompt
or a file, never from the words of a command, where every process of the machine can read them.
Colours appear on a terminal, unless \`NO_COLOR\` is set; \`FORCE_COLOR\` asks for them anywhere.`

export function createReference(program: Command): string {
  const commands = leavesOf(program, program.name())
  const list = commands.map(({ words, command }) => {
    return `| [\`${words}\`](#${words.replaceAll(' ', '-')}) | ${command.description()} |`
  })
  const codes = Object.entries(EXIT).map(
    ([name, code]) => `| ${code} | ${EXIT_MEANINGS[name as ExitName]} |`,
  )
  return [
    OPENING,
    `| command | what it does |\n|---|---|\n${list.join('\n')}`,
    `## Exit codes\n\n| code | meaning |\n|---|---|\n${codes.join('\n')}`,
    ...commands.map(chapter),
    '',
  ].join('\n\n')
}

interface Leaf {
  readonly words: string
  readonly command: Command
}

function leavesOf(command: Command, words: string): Leaf[] {
  if (command.commands.length === 0) return [{ words, command }]
  return command.commands.flatMap((child) => leavesOf(child, `${words} ${child.name()}`))
}

function chapter({ words, command }: Leaf): string {
  const { examples, notes = [] } = manualOf(command)
  const blocks = [`## ${words}`, `${capitalised(command.description())}.`]
  blocks.push(`\`\`\`sh\n${examples.join('\n')}\n\`\`\``)
  const rows = [
    ...command.registeredArguments.map((argument) => {
      const name = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`
      return row(name, argument.description, argument.argChoices)
    }),
    ...command.options.map((option) => row(option.flags, describe(option), option.argChoices)),
  ]
  if (rows.length > 0) blocks.push(`| | |\n|---|---|\n${rows.join('\n')}`)
  return [...blocks, ...notes].join('\n\n')
}

function describe({ description, mandatory, defaultValue }: Option): string {
  const usual = defaultValue === undefined ? '' : ` (default: ${defaultValue})`
  return `${description}${usual}${mandatory ? '; must be given' : ''}`
}

function row(name: string, description: string, choices: readonly string[] = []): string {
  const values = choices.length === 0 ? [] : [choices.map((choice) => `\`${choice}\``).join(' ')]
  const parts = description === '' ? values : [description, ...values]
  return `| \`${name}\` | ${parts.join(': ').replaceAll('|', '\\|')} |`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

// What a command's help says beyond its options. Examples come first: they are what people look for.
import { type Command, Help } from 'commander'

export interface Manual {
  /** One line each, as typed. */
  readonly examples: readonly string[]
  /** A paragraph each, behind the options. */
  readonly notes?: readonly string[]
}

const manuals = new WeakMap<Command, Manual>()

export function withManual(command: Command, manual: Manual): Command {
  manuals.set(command, manual)
  return command
}

export function manualOf(command: Command): Manual {
  return manuals.get(command) ?? { examples: [] }
}

/** For Commander's `configureHelp`. */
export const helpLayout: Partial<Help> = {
  styleTitle: (title) => `\u001b[1m${title}\u001b[22m`,
  subcommandTerm: (command) => command.name(),
  // It stands above the examples; the standard layout has it behind the usage.
  commandDescription: () => '',
  formatHelp(command, helper) {
    const { examples, notes = [] } = manualOf(command)
    const width = helper.helpWidth ?? 80
    const blocks = [helper.boxWrap(command.description(), width)]
    if (examples.length > 0) {
      const list = examples.map((example) => `  ${example}`).join('\n')
      blocks.push(`${helper.styleTitle('Examples:')}\n${list}`)
    }
    blocks.push(Help.prototype.formatHelp.call(helper, command, helper).trimEnd())
    for (const note of notes) blocks.push(helper.boxWrap(note, width))
    return `${blocks.join('\n\n')}\n`
  },
}

import type { Command } from 'commander'

export interface PlaceOption {
  /** With its dashes. */
  readonly name: string
  readonly description: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/** What may be typed behind the words that lead somewhere in the command tree. */
export interface Place {
  /** Such as `signet token create`. */
  readonly words: string
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly PlaceOption[]
  /** What its own argument may be: names of files when there is nothing to choose from. */
  readonly argument: { readonly choices: readonly string[] } | null
}

/** Every place of the tree, the program itself first. */
export function listPlaces(command: Command, words = command.name()): Place[] {
  const [argument] = command.registeredArguments
  const place: Place = {
    words,
    commands: command.commands.map((child) => ({
      name: child.name(),
      description: child.description(),
    })),
    options: command.options.map(({ long, description, required, argChoices = [] }) => ({
      name: long ?? '',
      description,
      takesValue: required,
      choices: argChoices,
    })),
    argument: argument === undefined ? null : { choices: argument.argChoices ?? [] },
  }
  const below = command.commands.flatMap((child) => listPlaces(child, `${words} ${child.name()}`))
  return [place, ...below]
}

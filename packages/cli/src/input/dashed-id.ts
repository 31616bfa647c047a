import type { Command } from 'commander'

/** The arguments that are ids in base64url with nothing in front; all others begin with ses_, cli_ or acc_. */
const BARE_IDS = new Set(['kid', 'jti'])

/**
 * 16 bytes (a jti, the kid of a shared secret) or 32 (a thumbprint), of which one in 64 begins so. No
 * option is as long, and of misspelt ones few end in a letter that such an id can end in.
 */
const DASHED_ID = /^-(?:[\w-]{20}[AQgw]|[\w-]{41}[AEIMQUYcgkosw048])$/

/**
 * The words of a command line, with an id that begins with a dash where no option is looked for:
 * last, behind `--`. Whoever revokes a leaked key types its id and nothing else.
 */
export function dashedIdLast(program: Command, words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word === '--' || DASHED_ID.test(word))
  const id = words[at]
  if (id === undefined || id === '--' || !takesBareId(program, words)) return words
  return [...words.slice(0, at), ...words.slice(at + 1), '--', id]
}

function takesBareId(program: Command, words: readonly string[]): boolean {
  let command: Command | undefined = program
  let last = program
  for (let depth = 0; command !== undefined; depth += 1) {
    last = command
    command = last.commands.find((one) => one.name() === words[depth])
  }
  return last.registeredArguments.some((argument) => BARE_IDS.has(argument.name()))
}

import type { Explanation, PrivateKind } from '@signet/token/explain'
import { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { jsonOption, nowOption } from '../input/options.ts'
import { readTokenInput } from '../input/token-input.ts'
import { withManual } from '../manual.ts'
import { diffScreen } from '../output/diff-screen.ts'
import { printableJson } from '../output/messages.ts'
import { createStyle } from '../output/style.ts'

interface Options {
  readonly now?: number
  readonly json?: true
}

export function tokenDiffCommand(): Command {
  const command = new Command('diff')
    .description('say what differs between two tokens, and what that means')
    .argument('<first>', 'the file that holds it; - for stdin')
    .argument('<second>', 'the other one')
    .addOption(nowOption())
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: [
      'signet token diff yesterday.txt today.txt',
      'signet token diff - today.txt < t.txt',
    ],
    notes: [
      'Takes what explain takes. Times are compared as times and lists as sets; a token that was only encoded anew is told from one that says something else. Says nothing about which of them may be believed. Exit code 3: one of them cannot be read.',
    ],
  })
}

async function run(first: string, second: string, options: Options): Promise<void> {
  if (first === '-' && second === '-') {
    throw new CommandError('stdin holds one token: name a file for the other')
  }
  const before = (await readTokenInput(first)).toString('utf8')
  const after = (await readTokenInput(second)).toString('utf8')
  const { diffTokens, explain } = await import('@signet/token/explain')
  const now = options.now === undefined ? {} : { now: options.now }
  const diff = diffTokens(before, after, now)
  const kinds = new Map([before, after].flatMap((text) => privateKinds(explain(text, now))))
  process.stdout.write(
    options.json
      ? `${printableJson(diff, 2)}\n`
      : await diffScreen(diff, { kinds, style: createStyle(process.stdout) }),
  )
  process.exitCode = diff.comparable ? EXIT.ok : EXIT.malformed
}

function privateKinds({ tokens: [token] }: Explanation): [name: string, kind: PrivateKind][] {
  const members = [...(token?.header ?? []), ...(token?.claims ?? [])]
  return members.flatMap(({ name, private: kind }) => (kind === null ? [] : [[name, kind]]))
}

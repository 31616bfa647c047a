import type { Explanation } from '@signet/token/explain'
import { Command } from 'commander'
import { EXIT, type ExitName } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import {
  hasPolicy,
  type PolicyOptions,
  parseAskedPolicy,
  policyOptions,
} from '../input/policy-options.ts'
import { readTokenInput } from '../input/token-input.ts'
import {
  fetchKeys,
  hasKeySource,
  type KeySourceOptions,
  keySourceOptions,
  readPinnedKeys,
} from '../input/verification-keys.ts'
import { type Judgement, judgeToken } from '../judgement.ts'
import { withManual } from '../manual.ts'
import { explanationScreen } from '../output/explanation-screen.ts'
import { printableJson } from '../output/messages.ts'
import { createStyle } from '../output/style.ts'
import { TOKEN_REFUSALS } from '../token-refusals.ts'

interface Options extends KeySourceOptions, PolicyOptions {
  readonly json?: true
}

export function tokenExplainCommand(): Command {
  const command = new Command('explain')
    .description('say what a token says and what is wrong with it, in words, with a grade')
    .argument('[file]', 'the file that holds it; - or nothing: stdin')
    .action(run)
  for (const option of [...keySourceOptions(), ...policyOptions()]) command.addOption(option)
  command.addOption(jsonOption('print all of it as JSON'))
  return withManual(command, {
    examples: [
      'signet token explain < t.txt',
      'signet token explain t.txt --key-file k.pem --alg RS256',
      'pbpaste | signet token explain --json | jq .grade',
    ],
    notes: [
      'Takes whatever a token is copied out of: a header, a cookie, a curl command, a JSON answer, a key set. Nothing leaves this machine without --fetch-keys; with it, the issuer that you name is asked, and the address of keys that its metadata names.',
      'The screen has the main things; --json has all, in the form of docs/reference/explanation.schema.json.',
      'Exit code 3: there is no token in it. With a key, as of verify: 4 when the signature does not hold, 8 when the key does not fit; with --issuer and --audience 5 and 6 too; with --fetch-keys also where no audience is named, and then none is expected.',
    ],
  })
}

async function run(file: string | undefined, options: Options): Promise<void> {
  const isChecked = hasKeySource(options)
  if (hasPolicy(options) && !isChecked) {
    throw new CommandError('claims are judged behind the signature: name a key to check it with')
  }
  const policy = parseAskedPolicy(options)
  const pinned = await readPinnedKeys(options, file)
  const text = (await readTokenInput(file)).toString('utf8')
  const { explain, findTokens } = await import('@signet/token/explain')
  const now = options.now === undefined ? {} : { now: options.now }
  let explanation = explain(text, now)
  let judgement: Judgement | null = null
  const [token] = isReadable(explanation) ? findTokens(text) : []
  if (isChecked && token !== undefined) {
    const keys = pinned ?? (await fetchKeys(options)).keySet
    const keyFrom = pinned === null ? 'issuer' : 'pinned'
    judgement = judgeToken({ token: token.text, keys, keyFrom, policy, algorithm: options.alg })
    explanation = explain(text, { ...now, ...judgement.findings })
  }
  process.stdout.write(
    options.json
      ? `${printableJson(explanation, 2)}\n`
      : await explanationScreen(explanation, { text, style: createStyle(process.stdout) }),
  )
  process.exitCode = EXIT[exitOf(explanation, judgement)]
}

/** Whether there is a token in it that says something, whatever that may be. */
function isReadable({ tokens }: Explanation): boolean {
  return tokens.some(({ kind, verdicts }) => kind !== 'opaque' && verdicts.wellFormed.is)
}

function exitOf(explanation: Explanation, judgement: Judgement | null): ExitName {
  const refusal = judgement?.refusal ?? null
  if (refusal !== null) return TOKEN_REFUSALS[refusal.code].exit
  return isReadable(explanation) || explanation.keySet !== null ? 'ok' : 'malformed'
}

import { decode, isKeySet, type Key, type KeySet, TokenError, verify } from '@signet/token'
import { Command } from 'commander'
import { CommandError, refusedBecause } from '../failure.ts'
import { jsonOption } from '../input/options.ts'
import {
  type Policy,
  type PolicyOptions,
  parsePolicy,
  policyOptions,
} from '../input/policy-options.ts'
import { readOneToken } from '../input/token-input.ts'
import {
  fetchKeys,
  hasKeySource,
  type KeySourceOptions,
  keySourceOptions,
  readPinnedKeys,
} from '../input/verification-keys.ts'
import type { IssuerKeys } from '../issuer/issuer-keys.ts'
import { checkRevocation, type RevocationAnswer, RevokedError } from '../issuer/revocation.ts'
import { withManual } from '../manual.ts'
import { memberRows } from '../output/member-rows.ts'
import { printableJson } from '../output/messages.ts'
import { createStyle } from '../output/style.ts'
import { factWords, findRefusalFacts, type RefusalFacts } from '../refusal-facts.ts'

interface Options extends KeySourceOptions, PolicyOptions {
  readonly json?: true
}

export function tokenVerifyCommand(): Command {
  const command = new Command('verify')
    .description('check a token: its signature, then its claims; the exit code says why not')
    .argument('[file]', 'the file that holds the token; - or nothing: stdin')
    .action(run)
  for (const option of [...keySourceOptions(), ...policyOptions()]) command.addOption(option)
  command.addOption(jsonOption())
  return withManual(command, {
    examples: [
      'signet token verify t.txt --key-file k.pem --alg RS256 --issuer I --audience A',
      'signet token verify --fetch-keys --issuer https://login.example \\',
      '  --audience orders --type at+jwt < t.txt',
    ],
    notes: [
      'Takes the token alone, or what explain takes with one signed token in it.',
      'Exit codes: 0 accepted, 3 not a token, 4 signature, 5 expired or not yet to be used, 6 other claims, 7 revoked, 8 no key to check with.',
      'A refusal says what was expected and found; with --json in the members expected, found, at (when it ended or begins), secondsAgo and keyIds, as they apply.',
      'With --fetch-keys the revocation feed of the issuer is asked too, where it has one. With keys from a file nothing is known of revocations.',
    ],
  })
}

async function run(file: string | undefined, options: Options): Promise<void> {
  if (!hasKeySource(options)) {
    throw new CommandError(
      'name what to check with: --key-file, --jwks-file, --secret-file or --fetch-keys',
    )
  }
  const policy = parsePolicy(options)
  const pinned = await readPinnedKeys(options, file)
  const token = await readOneToken(file)
  let keys = pinned
  try {
    const fetched = pinned === null ? await fetchKeysFor(token, options) : null
    keys = pinned ?? fetched?.keySet ?? null
    const revocation = await check({ token, keys, hasFeed: fetched?.hasFeed, policy, options })
    process.stdout.write(
      options.json ? json(token, revocation) : await screen(token, { revocation, options }),
    )
  } catch (error) {
    const isRefusal = error instanceof TokenError
    const facts = isRefusal ? await findRefusalFacts(error, { token, keys, policy }) : {}
    if (options.json) process.stdout.write(refusalJson(error, facts))
    throw isRefusal ? refusedBecause(error, factWords(facts)) : error
  }
}

/** @throws TokenError, CommandError, KeyError */
function fetchKeysFor(token: string, options: Options): Promise<IssuerKeys> {
  // What is no token is not worth a question to anybody.
  decode(token)
  return fetchKeys(options)
}

interface Question {
  readonly token: string
  readonly keys: Key | KeySet | null
  /** Whether the issuer has a feed; undefined for keys from a file. */
  readonly hasFeed: boolean | undefined
  readonly policy: Policy
  readonly options: Options
}

/** @throws TokenError, RevokedError, CommandError */
async function check(question: Question): Promise<RevocationAnswer> {
  const { token, keys, hasFeed, policy, options } = question
  const { alg, issuer, type } = options
  if (keys === null) throw new CommandError('there is no key to check with', 'unavailable')
  verify(token, keys, { ...policy, ...(alg === undefined ? {} : { algorithms: [alg] }) })
  if (!hasFeed || issuer === undefined || !isKeySet(keys)) return 'not-asked'
  return checkRevocation({ token, issuer, audience: policy.audience, type, keySet: keys })
}

const REVOCATION_WORDS: Record<RevocationAnswer, string> = {
  'not-revoked': 'It is not revoked, by the feed of the issuer.',
  'not-asked': 'Whether it was revoked was not asked.',
}

async function screen(
  token: string,
  { revocation, options }: { revocation: RevocationAnswer; options: Options },
): Promise<string> {
  const { explain } = await import('@signet/token/explain')
  const style = createStyle(process.stdout)
  const key = options.fetchKeys ? 'a key from the issuer that you named' : 'the key that you gave'
  const { now } = options
  const [explained] = explain(token, now === undefined ? {} : { now }).tokens
  return [
    style.good(`Accepted. The signature holds with ${key}.`),
    `The claims are what was asked for. ${REVOCATION_WORDS[revocation]}`,
    '',
    style.bold('Header'),
    ...(await memberRows(explained?.header ?? [], style)),
    '',
    style.bold('Claims'),
    ...(await memberRows(explained?.claims ?? [], style)),
    '',
  ].join('\n')
}

function json(token: string, revocation: RevocationAnswer): string {
  return `${printableJson({ accepted: true, ...decode(token), revocation }, 2)}\n`
}

/** Nothing when it is not the token that is at fault. */
function refusalJson(error: unknown, facts: RefusalFacts): string {
  if (!(error instanceof TokenError) && !(error instanceof RevokedError)) return ''
  const { code } = error
  const claim = error instanceof TokenError ? error.claim : undefined
  return `${printableJson({ accepted: false, code, claim, message: error.message, ...facts }, 2)}\n`
}

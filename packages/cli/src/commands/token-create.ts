import { decode, isKeySet, type Key, sign } from '@signet/token'
import { Command } from 'commander'
import { CommandError } from '../failure.ts'
import { collectClaim, type GivenClaims } from '../input/claim-option.ts'
import { readKeyFile, readSecretFile } from '../input/key-input.ts'
import {
  algorithmOption,
  checkSecretOptions,
  collect,
  jsonOption,
  nowOption,
  type SecretOptions,
  secretOptions,
} from '../input/options.ts'
import { withManual } from '../manual.ts'

interface Options extends SecretOptions {
  readonly keyFile?: string
  readonly issuer: string
  readonly audience: readonly string[]
  readonly subject: string
  readonly expiresIn: string
  readonly notBefore?: string
  readonly jwtId?: string
  readonly type?: string
  readonly claim?: GivenClaims
  readonly now?: number
  readonly json?: true
}

export function tokenCreateCommand(): Command {
  const command = new Command('create')
    .description('sign a token and print it')
    .option('--key-file <file>', 'the private key: JWK or PEM')
    .requiredOption('--issuer <issuer>', 'the claim iss')
    .requiredOption('--audience <audience>', 'the claim aud; may be repeated', collect)
    .requiredOption('--subject <subject>', 'the claim sub')
    .requiredOption(
      '--expires-in <duration>',
      'how long it lives: 30s, 15m, 1h, 7d; a bare number: seconds',
    )
    .option('--not-before <duration>', 'how long until it may be used, written in the same way')
    .option('--jwt-id <id>', 'the claim jti')
    .option('--type <type>', 'the typ of the header, as in at+jwt (default: JWT)')
    .option('--claim <name=json>', 'any other claim; may be repeated', collectClaim)
    .action(async (options: Options) => {
      const token = signed(await readSigningKey(options), options)
      checkUsable(token)
      process.stdout.write(options.json ? `${JSON.stringify({ token })}\n` : `${token}\n`)
    })
  for (const option of secretOptions()) command.addOption(option)
  command.addOption(algorithmOption('needed where the key does not name its algorithm'))
  command.addOption(nowOption()).addOption(jsonOption())
  return withManual(command, {
    examples: [
      'signet token create --key-file k.jwk --issuer https://login.example \\',
      '  --audience orders --subject u1 --expires-in 15m',
      'signet token create --secret-file s.txt --alg HS256 --issuer me \\',
      `  --audience me --subject u1 --expires-in 1h --claim 'roles=["admin"]'`,
    ],
  })
}

async function readSigningKey(options: Options): Promise<Key> {
  const { keyFile, secretFile, secretEncoding: encoding, alg: algorithm } = options
  checkSecretOptions(options)
  if ((keyFile === undefined) === (secretFile === undefined)) {
    throw new CommandError('name what to sign with: either --key-file or --secret-file')
  }
  if (secretFile !== undefined) {
    return readSecretFile({ file: secretFile, what: '--secret-file', algorithm, encoding })
  }
  const key = await readKeyFile({ file: keyFile ?? '', what: '--key-file', algorithm })
  if (!isKeySet(key) && key.kind !== 'public') return key
  throw new CommandError('--key-file: signing takes one private key', 'unavailable')
}

function signed(key: Key, options: Options): string {
  const { issuer, audience, subject, expiresIn, notBefore, jwtId, type, claim = {}, now } = options
  const [only, ...others] = audience
  try {
    return sign({ ...claim }, key, {
      issuer,
      audience: others.length === 0 && only !== undefined ? only : audience,
      subject,
      expiresIn: durationOf(expiresIn),
      ...(notBefore === undefined ? {} : { notBefore: durationOf(notBefore) }),
      ...(jwtId === undefined ? {} : { jwtId }),
      ...(type === undefined ? {} : { type }),
      ...(now === undefined ? {} : { now: () => now }),
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CommandError(`nothing was signed: ${error.message.replace(/^sign: /, '')}`)
  }
}

/** @throws CommandError for one that has ended before it may be used */
function checkUsable(token: string): void {
  const { nbf, exp } = decode(token).claims
  if (typeof nbf !== 'number' || typeof exp !== 'number' || nbf < exp) return
  throw new CommandError(
    'nothing was signed: it could never be used, since --expires-in ends it before --not-before is over',
  )
}

/** Seconds may stand without a unit. */
function durationOf(text: string): number | string {
  return /^\d{1,10}$/.test(text) ? Number(text) : text
}

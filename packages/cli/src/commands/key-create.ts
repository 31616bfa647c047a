import {
  type Algorithm,
  exportPrivateJwk,
  type GenerateKeyOptions,
  generateKey,
  type Key,
} from '@signet/token'
import { Command } from 'commander'
import { CommandError } from '../failure.ts'
import { algorithmOption, jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'
import { writePrivateFile } from '../output/private-file.ts'

interface Options {
  readonly alg: Algorithm
  readonly out?: string
  readonly force?: true
  readonly kid?: string
  readonly modulusLength?: number
  readonly json?: true
}

export function keyCreateCommand(): Command {
  const command = new Command('create')
    .description('make a private key, or a shared secret, as a JWK')
    .addOption(algorithmOption('what the key is for').makeOptionMandatory())
    .option('--out <file>', 'write it to this file, readable by you alone')
    .option('--force', 'replace the file when it is there')
    .option('--kid <id>', 'the id of the key (default: its thumbprint; a secret has none)')
    .option('--modulus-length <bits>', 'of an RSA key (default: 2048)', Number)
    .addOption(jsonOption('with --out: print JSON'))
    .action(run)
  return withManual(command, {
    examples: [
      'signet key create --alg ES256 --out k.jwk',
      'signet key create --alg ES256 | signet key export - --public',
    ],
    notes: [
      'Without --out the key goes to stdout, but never to a terminal, where it would be seen and stay.',
    ],
  })
}

async function run(options: Options): Promise<void> {
  const { alg, out, force, json } = options
  if (out === undefined && process.stdout.isTTY) {
    throw new CommandError('a private key is not shown on a terminal: write it with --out k.jwk')
  }
  const key = await generate(options)
  const text = `${JSON.stringify(exportPrivateJwk(key), null, 2)}\n`
  if (out === undefined) {
    process.stdout.write(text)
    return
  }
  await writePrivateFile(out, { text, replace: force === true })
  const { kid = null } = key
  const line = `${alg}  ${printable(kid ?? '(no id)')}`
  process.stdout.write(`${json ? printableJson({ alg, kid, file: out }) : line}\n`)
  writeNote('written, readable by you alone; whoever reads it can sign')
}

async function generate({ alg, kid, modulusLength }: Options): Promise<Key> {
  const options: GenerateKeyOptions = {
    ...(kid === undefined ? {} : { kid }),
    ...(modulusLength === undefined ? {} : { modulusLength }),
  }
  try {
    return await generateKey(alg, options)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CommandError(error.message.replace('generateKey: modulusLength', '--modulus-length'))
  }
}

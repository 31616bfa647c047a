import {
  type Algorithm,
  createKeySet,
  exportJwk,
  exportJwks,
  exportPem,
  isKeySet,
  type Key,
  type KeySet,
} from '@signet/token'
import { Command, Option } from 'commander'
import { CommandError } from '../failure.ts'
import { readKeyFile } from '../input/key-input.ts'
import { algorithmOption } from '../input/options.ts'
import { withManual } from '../manual.ts'

const FORMATS = ['jwk', 'pem', 'jwks'] as const

interface Options {
  readonly public?: true
  readonly format: (typeof FORMATS)[number]
  readonly alg?: Algorithm
}

export function keyExportCommand(): Command {
  const command = new Command('export')
    .description('print the public half of a key')
    .argument('<file>', 'JWK, JWK set or PEM; - for stdin')
    .option('--public', 'must be written: nothing but public halves leaves through this command')
    .addOption(new Option('--format <format>', 'how').choices(FORMATS).default('jwk'))
    .addOption(algorithmOption('needed where the file does not name it'))
    .action(async (file: string, options: Options) => {
      if (options.public !== true) {
        throw new CommandError('write --public: only public halves are exported')
      }
      const keys = await readKeyFile({ file, what: 'the key', algorithm: options.alg })
      process.stdout.write(exported(keys, options.format))
    })
  return withManual(command, {
    examples: [
      'signet key export k.jwk --public --format jwks > jwks.json',
      'signet key export key.pem --alg RS256 --public',
    ],
    notes: ['The answer is JSON, or PEM with --format pem, which names neither algorithm nor id.'],
  })
}

function exported(keys: Key | KeySet, format: Options['format']): string {
  if ((isKeySet(keys) ? keys.keys() : [keys]).some((key) => key.kind === 'secret')) {
    throw new CommandError('a shared secret has no public half', 'unavailable')
  }
  if (format === 'jwks') return json(exportJwks(isKeySet(keys) ? keys : createKeySet([keys])))
  if (isKeySet(keys)) {
    throw new CommandError('the file is a JWK set: write --format jwks')
  }
  return format === 'pem' ? exportPem(keys) : json(exportJwk(keys))
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

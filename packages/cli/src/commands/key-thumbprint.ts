import { type Algorithm, isKeySet, thumbprint } from '@signet/token'
import { Command } from 'commander'
import { CommandError } from '../failure.ts'
import { readKeyFile } from '../input/key-input.ts'
import { algorithmOption, jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'

interface Options {
  readonly alg?: Algorithm
  readonly json?: true
}

export function keyThumbprintCommand(): Command {
  const command = new Command('thumbprint')
    .description('print the SHA-256 thumbprint of a key (RFC 7638): its name by what it is')
    .argument('<file>', 'JWK, JWK set or PEM; - for stdin')
    .addOption(algorithmOption('needed where the file does not name it; changes nothing else'))
    .addOption(jsonOption())
    .action(async (file: string, { alg, json }: Options) => {
      const keys = await readKeyFile({ file, what: 'the key', algorithm: alg })
      for (const key of isKeySet(keys) ? keys.keys() : [keys]) {
        if (key.kind === 'secret') {
          throw new CommandError(
            'a shared secret has no thumbprint: it would be a test for guesses at the secret',
            'unavailable',
          )
        }
        const print = thumbprint(key)
        process.stdout.write(`${json ? JSON.stringify({ thumbprint: print }) : print}\n`)
      }
    })
  return withManual(command, {
    examples: ['signet key thumbprint k.jwk', 'signet key thumbprint cert.pem --alg RS256'],
    notes: ['The same for the private and the public half. Of a JWK set, a line for each key.'],
  })
}

import { type Algorithm, exportPrivateJwk, isKeySet } from '@signet/token'
import { Command } from 'commander'
import { type KeysAnswer, writeKeys } from '../admin/key-lines.ts'
import { runAdmin } from '../admin/run-admin.ts'
import { CommandError } from '../failure.ts'
import { readKeyFile } from '../input/key-input.ts'
import { algorithmOption, jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { writeNote } from '../output/messages.ts'

interface Options {
  readonly alg?: Algorithm
  readonly json?: true
}

export function keyImportCommand(): Command {
  const command = new Command('import')
    .description('bring a private key of your own as the next one of this authority')
    .argument('<file>', 'a private JWK or PEM; - for stdin')
    .addOption(algorithmOption('needed where the file does not name it'))
    .addOption(jsonOption('print JSON: one key per line'))
    .action(run)
  return withManual(command, {
    examples: ['signet key import k.jwk', 'signet key import key.pem --alg ES256'],
    notes: [
      'It takes the place of the key that waited, and signs after the next rotation: signet key rotate makes that soon. Its algorithm must be that of SIGNET_ALG.',
    ],
  })
}

async function run(file: string, { alg, json }: Options): Promise<void> {
  const key = await readKeyFile({ file, what: 'the key', algorithm: alg })
  if (isKeySet(key)) throw new CommandError('the file is a JWK set: give one private key')
  if (key.kind !== 'private') throw new CommandError('the key has no private half', 'unavailable')
  const jwk = exportPrivateJwk(key)
  await runAdmin(async (call) => {
    writeKeys(await call<KeysAnswer>({ method: 'POST', path: '/admin/keys', body: { jwk } }), {
      json,
    })
    writeNote('the key is the next one; delete the file when you need it no more')
  })
}

import { CommandError } from '../failure.ts'
import { printable, printableJson, writeNote } from '../output/messages.ts'
import { createPrivateFile } from '../output/private-file.ts'
import { type ClientAnswer, clientLines } from './client-lines.ts'

/**
 * Makes a secret and prints the client with it, or without it where it goes into the file `out`. The
 * file is there before the secret is: one that nobody could read would help nobody.
 * @throws CommandError when the file cannot be written; what `make` throws, and then there is no file
 */
export async function printSecret(
  make: () => Promise<ClientAnswer & { secret: string }>,
  { out, json }: { out?: string | undefined; json?: boolean | undefined },
): Promise<void> {
  const file = out === undefined ? null : await createPrivateFile(out)
  const made = await make().catch(async (error: unknown) => {
    await file?.remove()
    throw error
  })
  const { secret, ...client } = made
  await file?.write(`${secret}\n`).catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error
    const { id } = client
    throw new CommandError(
      `${error.message}; client ${id} has a new secret that nobody holds: \`signet client secret ${id}\` makes another`,
    )
  })
  const lines = [...clientLines(client), ...(file === null ? [secret] : [])]
    .map(printable)
    .join('\n')
  process.stdout.write(`${json ? printableJson(file === null ? made : client) : lines}\n`)
  writeNote(
    file === null
      ? 'the secret is shown this once: the authority keeps only a hash of it'
      : 'the secret is in the file, readable by you alone',
  )
}

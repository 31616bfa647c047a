import { rm } from 'node:fs/promises'
import { printable, printableJson, writeNote } from '../output/messages.ts'
import { writePrivateFile } from '../output/private-file.ts'
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
  if (out !== undefined) await writePrivateFile({ path: out, text: '', replace: false })
  const made = await make().catch(async (error: unknown) => {
    if (out !== undefined) await rm(out, { force: true })
    throw error
  })
  const { secret, ...client } = made
  const isShown = out === undefined
  if (!isShown) await writePrivateFile({ path: out, text: `${secret}\n`, replace: true })
  const lines = [...clientLines(client), ...(isShown ? [secret] : [])].map(printable).join('\n')
  process.stdout.write(`${json ? printableJson(isShown ? made : client) : lines}\n`)
  writeNote(
    isShown
      ? 'the secret is shown this once: the authority keeps only a hash of it'
      : 'the secret is in the file, readable by you alone',
  )
}

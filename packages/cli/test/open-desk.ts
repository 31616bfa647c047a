import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openTempFolder, runSignet, type SignetRun } from '@signet/testkit'

export interface Desk extends AsyncDisposable {
  readonly folder: string
  /** Puts a file there and tells its path. */
  put(name: string, content: string | Uint8Array): Promise<string>
  signet(words: readonly string[], stdin?: string): Promise<SignetRun>
  /** The same with colours. */
  inColour(words: readonly string[], stdin?: string): Promise<SignetRun>
}

/** A folder to work in with the `signet` command. */
export async function openDesk(): Promise<Desk> {
  const folder = await openTempFolder()
  const run = (words: readonly string[], stdin: string, settings: Record<string, string>) =>
    runSignet(words, { cwd: folder.path, stdin, settings })
  return {
    folder: folder.path,
    async put(name, content) {
      const path = join(folder.path, name)
      await writeFile(path, content)
      return path
    },
    signet: (words, stdin = '') => run(words, stdin, { NO_COLOR: '1' }),
    inColour: (words, stdin = '') => run(words, stdin, { FORCE_COLOR: '1', NO_COLOR: '' }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  AuthorityClient,
  findFreePort,
  isListening,
  type StartedAuthority,
  waitUntil,
} from '@signet/testkit'

export const PACKAGE = fileURLToPath(new URL('../', import.meta.url))

export interface StartedCopy extends AsyncDisposable {
  readonly client: AuthorityClient
  readonly port: number
}

/** What runs a program, and the words that tell it to. */
export interface Runtime {
  readonly binary: string
  readonly words: (path: string, port: number) => readonly string[]
}

const NODE: Runtime = { binary: process.execPath, words: (path) => [path] }

/**
 * A program of this package as it was built, at another port and for another authority, in a process
 * of its own. `more` are programs to lie beside it.
 */
export async function startCopy(
  file: string,
  authority: StartedAuthority,
  { runtime = NODE, more = {} }: { runtime?: Runtime; more?: Record<string, string> } = {},
): Promise<StartedCopy> {
  const port = await findFreePort()
  // Inside the package, where its dependencies are found.
  const folder = await mkdtemp(`${PACKAGE}dist/run-`)
  const names = (await readdir(`${PACKAGE}dist`)).filter((name) => name.endsWith('.js'))
  const built = names.map(async (name) => [name, await readFile(`${PACKAGE}dist/${name}`, 'utf8')])
  const programs = { ...Object.fromEntries(await Promise.all(built)), ...more }
  for (const [name, text] of Object.entries<string>(programs)) {
    const code = text
      .replaceAll('http://localhost:3000', authority.config.issuer)
      .replace(/listen\(4000(, '127.0.0.1')?\)/, `listen(${port}, '127.0.0.1')`)
      .replace('port: 4000', `port: ${port}, host: '127.0.0.1', hostname: '127.0.0.1'`)
    await writeFile(`${folder}/${name}`, code)
  }
  const child = spawn(runtime.binary, runtime.words(`${folder}/${file}`, port), {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const dispose = async () => {
    // Deno would wait for connections that are kept.
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitUntil('the service listens', () => {
      if (child.exitCode !== null) throw new Error(`${file} ended`)
      return isListening(port)
    })
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    client: new AuthorityClient(`http://127.0.0.1:${port}`),
    port,
    [Symbol.asyncDispose]: dispose,
  }
}

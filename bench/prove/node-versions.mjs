// Token library and guard on newer versions of Node: their whole test suites under each of them.
//   npm run prove -- node-versions
// The binaries come as packages into bench/node-versions, on first need; Linux on x64 only.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = `${ROOT}bench/node-versions`
const VERSIONS = ['node-22', 'node-24']

export function prove() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    process.stdout.write('node-versions: the binaries are for Linux on x64; nothing was proved\n')
    return false
  }
  if (!existsSync(`${FOLDER}/node_modules/${VERSIONS.at(-1)}`)) {
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], FOLDER)
  }
  return VERSIONS.map((version) => {
    const node = `${FOLDER}/node_modules/${version}/bin/node`
    const vitest = `${ROOT}node_modules/vitest/vitest.mjs`
    const isGood = run(node, [vitest, 'run', 'packages/token', 'packages/guard'], ROOT)
    process.stdout.write(`${version}: ${isGood ? 'all tests pass' : 'FAILED'}\n`)
    return isGood
  }).every(Boolean)
}

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

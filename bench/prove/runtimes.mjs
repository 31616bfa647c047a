// Other runtimes: the whole test suites of token library and guard under newer versions of Node, and
// the guide for plain requests as a service on Bun and on Deno, beside a real authority.
//   npm run prove -- runtimes
// The binaries come as packages into bench/runtimes, on first need; Linux on x64 only.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = `${ROOT}bench/runtimes`
const VITEST = `${ROOT}node_modules/vitest/vitest.mjs`
const NODES = ['node-22', 'node-24']
const OTHERS = {
  bun: '@oven/bun-linux-x64-baseline/bin/bun',
  deno: '@deno/linux-x64-glibc/deno',
}

export function prove() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    process.stdout.write('runtimes: the binaries are for Linux on x64; nothing was proved\n')
    return false
  }
  const binaries = Object.fromEntries(
    Object.entries(OTHERS).map(([name, path]) => [name, `${FOLDER}/node_modules/${path}`]),
  )
  if (![...Object.values(binaries), binaryOf(NODES.at(-1))].every(existsSync)) {
    const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    run('npm', words, { cwd: FOLDER })
  }

  const onNodes = NODES.map((name) =>
    report(name, run(binaryOf(name), [VITEST, 'run', 'packages/token', 'packages/guard'])),
  )
  const guide = [VITEST, 'run', 'examples/guides/test/guides.test.ts']
  const env = { SIGNET_GUIDE_RUNTIMES: JSON.stringify(binaries) }
  const onOthers = report(Object.keys(OTHERS).join(', '), run(process.execPath, guide, { env }))
  return [...onNodes, onOthers].every(Boolean)
}

function binaryOf(node) {
  return `${FOLDER}/node_modules/${node}/bin/node`
}

function report(name, isGood) {
  process.stdout.write(`${name}: ${isGood ? 'all tests pass' : 'FAILED'}\n`)
  return isGood
}

function run(command, args, { cwd = ROOT, env = {} } = {}) {
  const options = { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] }
  return spawnSync(command, args, options).status === 0
}

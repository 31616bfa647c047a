// Benchmarks, by name: node bench/main.mjs NAME [options of that benchmark]
// Each bench/NAME.bench.mjs answers one question. What they stand beside is installed from
// bench/peers on first need; nobody else downloads it.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SUFFIX = '.bench.mjs'
const [name, ...options] = process.argv.slice(2)
const benches = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))

if (name === undefined || !benches.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- ${benches.join(' | ')} [options]\n`)
  process.exit(2)
}
installPeers()
const { bench } = await import(`./${name}${SUFFIX}`)
await bench(options)

function installPeers() {
  const folder = fileURLToPath(new URL('peers', import.meta.url))
  const installed = `${folder}/node_modules/.package-lock.json`
  if (existsSync(installed) && hasSameVersions(installed, `${folder}/package-lock.json`)) return
  process.stderr.write('Installing what the benchmarks stand beside …\n')
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) throw new Error('npm ci in bench/peers failed')
}

function hasSameVersions(installed, wanted) {
  const versions = (file) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8'))
    return JSON.stringify(
      Object.entries(packages)
        .filter(([path]) => path !== '')
        .map(([path, { version }]) => `${path}@${version}`)
        .sort(),
    )
  }
  return versions(installed) === versions(wanted)
}

// Brings a clone to the state in which it can run: installs what the lock file says when what is
// installed is something else, and builds what changed. Has no dependencies of its own.
// Everything it says goes to stderr, so that stdout belongs to the command behind it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}node_modules/.signet-installed`
const isWindows = process.platform === 'win32'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  stop(
    `Signet needs Node 20.19 or newer, this is ${process.version}. Install a newer Node and try again.`,
  )
}

const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  process.stderr.write('Installing what package-lock.json says (once; under a minute) …\n')
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}

// `tsc -b` knows by itself what changed, but asking it costs 300 ms: a start with nothing changed is
// told by the times of the files. The shim is called directly because npx costs as much again.
const builtStamp = `${root}node_modules/.signet-built`
if (!existsSync(builtStamp) || readFileSync(builtStamp, 'utf8') !== stateOfBuild()) {
  const compiler = `${root}node_modules/typescript/bin/tsc`
  if (!existsSync(compiler)) stop('The compiler is missing: delete node_modules and try again.')
  const isFirst = !existsSync(`${root}packages/cli/dist/main.js`)
  if (isFirst) process.stderr.write('Building …\n')
  run(process.execPath, [compiler, '-b', 'tsconfig.json'])
  run(process.execPath, [`${root}scripts/bundle.mjs`])
  writeFileSync(builtStamp, stateOfBuild())
}

/** Names, sizes and times of everything that goes into the build, and of what came out of it. */
function stateOfBuild() {
  const state = []
  const add = (path) => {
    const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? {}
    state.push(`${path} ${mtimeMs} ${size}`)
  }
  const addFolder = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) addFolder(path)
      else add(path)
    }
  }
  const own = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'scripts/bundle.mjs']
  for (const name of [...own, 'packages/cli/bundle/main.js']) add(root + name)
  for (const group of ['packages', 'examples']) {
    for (const name of readdirSync(root + group)) {
      const folder = `${root}${group}/${name}`
      if (!existsSync(`${folder}/src`)) continue
      for (const file of readdirSync(folder)) if (file.endsWith('.json')) add(`${folder}/${file}`)
      addFolder(`${folder}/src`)
      for (const output of ['dist', 'cjs']) add(`${folder}/${output}/.tsbuildinfo`)
    }
  }
  return createHash('sha256').update(state.join('\n')).digest('hex')
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: isWindows && command === 'npm',
  })
  if (result.error) stop(`${command} could not be started: ${result.error.message}`)
  if (result.signal) process.kill(process.pid, result.signal)
  if (result.status !== 0)
    stop(`${command} ${args.join(' ')} failed (exit code ${result.status}); see above.`)
}

function stop(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
